/**
 * A page object for VS Code's workbench in a real browser: what a person does and sees, by command titles, view names and
 * texts. Every wait is for something that appears; nothing here sleeps. Knows VS Code, not this extension.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  chromium,
  type Browser,
  type FrameLocator,
  type Locator,
  type Page,
} from 'playwright-core';
import { ensureBrowser } from '../../scripts/browser.mjs';
import { root } from '../../scripts/setUp.mjs';
import {
  startCodeServer,
  workbenchUrl,
  type CodeServer,
  type CodeServerOptions,
} from './codeServer.ts';

export interface WorkbenchOptions extends Omit<CodeServerOptions, 'isDevelopment'> {
  /** Workspace folder to open; an empty window without. */
  readonly folder?: string;
  /** Extension under development, the built project's folder for one; others come as `vsixFiles`. */
  readonly extensionFolder?: string;
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** Those that a test could be looking at when it fails. */
const openWorkbenches = new Set<Workbench>();

/** What every open window shows, in words, and where its picture lies: for whoever reads a failed test's output only. */
export async function describeOpenWorkbenches(): Promise<string> {
  const parts: string[] = [];
  for (const workbench of openWorkbenches) {
    parts.push(await workbench.describe());
  }
  return parts.join('\n');
}

const describedChars = 600;
const defaultViewport = { width: 1280, height: 800 };

/** Starts the browser; the caller closes it. */
export async function launchBrowser(): Promise<Browser> {
  const { executablePath, args, env } = await ensureBrowser();
  const definedEnv = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return chromium.launch({
    executablePath,
    args: [...args],
    env: Object.fromEntries(definedEnv),
    headless: true,
  });
}

export class Workbench {
  readonly page: Page;
  readonly server: CodeServer;
  /** Errors of the page's console and uncaught ones, in order, without those that any code-server shows. */
  readonly consoleErrors: readonly string[];
  private readonly browser: Browser;

  private constructor(
    server: CodeServer,
    browser: Browser,
    page: Page,
    consoleErrors: readonly string[],
  ) {
    this.server = server;
    this.browser = browser;
    this.page = page;
    this.consoleErrors = consoleErrors;
  }

  /** Resolves when the workbench is drawn; close it in any case afterwards. */
  static async launch(options: WorkbenchOptions): Promise<Workbench> {
    const { folder, extensionFolder, viewport = defaultViewport, ...serverOptions } = options;
    const server = await startCodeServer({
      ...serverOptions,
      isDevelopment: extensionFolder !== undefined,
    });
    let browser: Browser | undefined;
    try {
      browser = await launchBrowser();
      const page = await (await browser.newContext({ viewport })).newPage();
      const consoleErrors: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' && !isNoiseOfCodeServer(message.text())) {
          consoleErrors.push(message.text());
        }
      });
      page.on('pageerror', (error) => consoleErrors.push(error.message));
      const address = {
        ...(folder === undefined ? {} : { folder }),
        ...(extensionFolder === undefined ? {} : { extensionFolder }),
      };
      await page.goto(workbenchUrl(server.origin, address));
      await page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
      const workbench = new Workbench(server, browser, page, consoleErrors);
      openWorkbenches.add(workbench);
      return workbench;
    } catch (error) {
      await browser?.close();
      await server.stop();
      throw error;
    }
  }

  /** Closes the browser and ends the server. */
  async close(): Promise<void> {
    openWorkbenches.delete(this);
    await this.browser.close();
    await this.server.stop();
  }

  /** Loads the page again, which works without an extension host too. What the window has not stored yet is lost. */
  async reloadInBrowser(): Promise<void> {
    await this.page.reload();
    await this.page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
  }

  /**
   * Loads the window again as a person does, which gives a new extension host; secrets, editors and view state stay. The
   * browser's own reload would end the window before it has stored them.
   */
  async reload(): Promise<void> {
    await Promise.all([
      this.page.waitForEvent('load', { timeout: 60_000 }),
      this.runCommand('Developer: Reload Window'),
    ]);
    await this.page.locator('.monaco-workbench .statusbar').waitFor({ timeout: 60_000 });
  }

  /**
   * Runs a command by its full title, such as `Genesys Archive: Sign In…`. The palette does not refresh while it is open, so
   * it is opened again until the command is there.
   */
  async runCommand(title: string, timeoutMs = 30_000): Promise<void> {
    const row = this.quickInput
      .locator('.quick-input-list .monaco-list-row')
      .filter({ has: this.page.getByText(title, { exact: true }) })
      .first();
    const deadlineMs = Date.now() + timeoutMs;
    for (;;) {
      await this.page.keyboard.press('F1');
      // The palette may be gone again, when something else took the focus.
      await this.quickInput
        .locator('input')
        .first()
        .fill(`>${title}`, { timeout: 3000 })
        .catch(() => undefined);
      const isThere = await row.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
      const isRun =
        isThere &&
        (await row.click({ timeout: 3000 }).then(
          () => true,
          () => false,
        ));
      if (isRun) {
        return;
      }
      await this.page.keyboard.press('Escape');
      if (Date.now() > deadlineMs) {
        throw new Error(`The command palette does not offer "${title}"`);
      }
    }
  }

  /** The palette, quick pick or input box that is open. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** Types into the input box that shows `prompt` (title, message or placeholder) and accepts it. */
  async answerInput(prompt: string, value: string): Promise<void> {
    await this.waitForPrompt(prompt);
    await this.quickInput.locator('input').first().fill(value);
    await this.page.keyboard.press('Enter');
  }

  /** Picks the row with this text from the quick pick that shows `prompt`. */
  async answerPick(prompt: string, label: string): Promise<void> {
    await this.waitForPrompt(prompt);
    await this.quickInput.locator('.monaco-list-row', { hasText: label }).first().click();
  }

  private async waitForPrompt(prompt: string): Promise<void> {
    const shown = this.quickInput.filter({ hasText: prompt });
    const asPlaceholder = this.quickInput.getByPlaceholder(prompt);
    await shown.or(asPlaceholder).first().waitFor({ timeout: 20_000 });
  }

  /** Shows a view container by the title of its icon in the activity bar. */
  async openView(title: string): Promise<void> {
    const tab = this.page.locator('.activitybar .action-item', {
      has: this.page.locator(`a[aria-label^="${title}"]`),
    });
    await tab.first().waitFor({ timeout: 60_000 });
    const shown = this.page.locator('.sidebar .composite.title', {
      hasText: new RegExp(title, 'iu'),
    });
    // A window that restores its view may take the click as the one that hides it.
    for (let attempt = 1; !(await shown.isVisible()); attempt++) {
      await tab.first().click();
      await shown.waitFor({ timeout: 5000 }).catch((error: unknown) => {
        if (attempt === 5) {
          throw error;
        }
      });
    }
  }

  /** Drags the border of the side bar until it is about so wide. */
  async resizeSideBar(widthPx: number): Promise<void> {
    const sideBar = this.page.locator('.part.sidebar');
    const box = await sideBar.boundingBox();
    if (box === null) {
      throw new Error('The side bar is not shown');
    }
    const { mouse } = this.page;
    const middlePx = box.y + box.height / 2;
    await mouse.move(box.x + box.width, middlePx);
    await mouse.down();
    await mouse.move(box.x + widthPx, middlePx, { steps: 5 });
    await mouse.up();
  }

  /** The drawn rows of the trees in the side bar; VS Code draws only those in sight. */
  treeRows(text?: string | RegExp): Locator {
    const rows = this.page.locator('.sidebar .pane-body .monaco-list-row');
    return text === undefined ? rows : rows.filter({ hasText: text });
  }

  /** Text of a view in the side bar that is no row: what a view shows while it has none. */
  treeText(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .pane-body').getByText(text).first();
  }

  /** Resolves to the row once it is drawn. */
  async waitForTreeRow(text: string | RegExp, timeoutMs = 30_000): Promise<Locator> {
    const row = this.treeRows(text).first();
    await row.waitFor({ timeout: timeoutMs });
    return row;
  }

  /** Opens a row's children. */
  async expand(row: Locator): Promise<void> {
    if ((await row.getAttribute('aria-expanded')) === 'false') {
      await row.locator('.monaco-tl-twistie').click();
    }
  }

  /** Chooses an entry of a row's context menu. */
  async chooseFromContextMenu(row: Locator, label: string): Promise<void> {
    await row.click({ button: 'right' });
    await this.page.locator('.monaco-menu').first().waitFor();
    const entry = this.page.locator('.monaco-menu .action-item').filter({
      has: this.page.getByText(label, { exact: true }),
    });
    const menu = this.page.locator('.monaco-menu');
    // VS Code takes no click in the first moments of a menu: that would be the button that opened it, let go.
    for (let attempt = 1; (await menu.count()) > 0; attempt++) {
      await entry.first().click({ timeout: 10_000 });
      const isGone = await menu.waitFor({ state: 'detached', timeout: 2000 }).then(
        () => true,
        () => false,
      );
      if (!isGone && attempt === 5) {
        throw new Error(`The context menu does not take the choice "${label}"`);
      }
    }
  }

  /** Resolves to the item's text once an item of the status bar shows the text. */
  async waitForStatusBar(text: string | RegExp, timeoutMs = 60_000): Promise<string> {
    const item = this.page.locator('.statusbar-item', { hasText: text }).first();
    await item.waitFor({ timeout: timeoutMs });
    return (await item.innerText()).trim();
  }

  /**
   * Resolves to the notification with this text, in the notification centre or as a toast. The centre stays open.
   */
  async waitForNotification(text: string | RegExp, timeoutMs = 30_000): Promise<Locator> {
    const shown = this.page
      .locator('.notifications-center .notification-list-item, .notification-toast')
      .filter({ hasText: text })
      .first();
    const bell = this.page.locator('.statusbar-item[id="status.notifications"]');
    const center = this.page.locator('.notifications-center.visible');
    const deadlineMs = Date.now() + timeoutMs;
    for (;;) {
      if (!(await shown.isVisible()) && !(await center.isVisible()) && (await bell.isVisible())) {
        await bell.click();
      }
      const leftMs = Math.max(1, deadlineMs - Date.now());
      try {
        await shown.waitFor({ timeout: Math.min(3000, leftMs) });
        return shown;
      } catch (error) {
        // A toast that came and went while the centre closed is found in the centre.
        if (Date.now() >= deadlineMs) {
          throw error;
        }
      }
    }
  }

  /** Hides the notifications without dismissing them. */
  async hideNotifications(): Promise<void> {
    const center = this.page.locator('.notifications-center.visible');
    if (await center.isVisible()) {
      await this.page.locator('.statusbar-item[id="status.notifications"]').click();
      await center.waitFor({ state: 'hidden' });
    }
    // Toasts are offered to be hidden while there are some; they may go by themselves meanwhile.
    const toast = this.page.locator('.notification-toast').first();
    if (await toast.isVisible()) {
      await this.runCommand('Notifications: Hide Notification Toasts', 1).catch(() => undefined);
    }
  }

  /** Answers a modal dialog by a button. */
  async answerDialog(button: string, timeoutMs = 20_000): Promise<void> {
    const dialog = this.page.locator('.monaco-dialog-box');
    await dialog.waitFor({ timeout: timeoutMs });
    await dialog.locator('.monaco-button', { hasText: button }).first().click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** The document of the webview that is in front. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('#active-frame');
  }

  /** Shows the window in a theme by its name, such as `Default High Contrast`. */
  async pickColorTheme(name: string): Promise<void> {
    await this.runCommand('Preferences: Color Theme');
    await this.quickInput.locator('input').first().fill(name);
    await this.quickInput.locator('.monaco-list-row', { hasText: name }).first().click();
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  /** Texts of what is in front, for a failure's report; never fails itself. */
  async describe(): Promise<string> {
    const places: readonly (readonly [string, Locator])[] = [
      ['side bar', this.page.locator('.sidebar')],
      ['editor tabs', this.page.locator('.editor .tabs-container')],
      ['webview', this.webview().locator('body')],
      ['status bar', this.page.locator('.statusbar')],
      ['quick input', this.quickInput],
      ['dialog', this.page.locator('.monaco-dialog-box')],
      ['notifications', this.page.locator('.notifications-center, .notifications-toasts')],
    ];
    const lines: string[] = [];
    for (const [name, place] of places) {
      const text = await place
        .first()
        .innerText({ timeout: 500 })
        .catch(() => '');
      if (text.trim() !== '') {
        lines.push(`  ${name}: ${text.replaceAll(/\s+/gu, ' ').slice(0, describedChars)}`);
      }
    }
    const path = await this.screenshot(`failure-${String(Date.now())}`).catch(String);
    return [
      ...lines,
      ...this.consoleErrors.slice(-5).map((one) => `  console: ${one}`),
      `  ${path}`,
    ].join('\n');
  }

  /** Writes `test-results/<name>.png` and returns its path. */
  async screenshot(name: string): Promise<string> {
    const folder = join(root, 'test-results');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }
}

/** What this code-server says without any extension: native parts and services that it lacks, requests that lead nowhere. */
function isNoiseOfCodeServer(text: string): boolean {
  return /Failed to load resource|net::ERR_|service-?worker|vsda|spdlog|watchdog|manifest\.json|open-vsx|authentication provider 'github'/iu.test(
    text,
  );
}
