/**
 * The conversation view in a real browser without VS Code: serves the built page under its own policy, plays the host's part,
 * and records what the page says, logs and was refused.
 */
import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { ConversationSnapshot } from '../../src/protocol/conversationView.ts';
import { renderConversationHtml } from '../../src/protocol/conversationHtml.ts';
import { themeCss, type ThemeName } from './vscodeThemes.ts';

const root = join(import.meta.dirname, '../..');

export interface PageOptions {
  readonly theme: ThemeName;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly snapshot: ConversationSnapshot;
  /** Path below the origin → bytes or a status; status 0 is never answered. */
  readonly files: ReadonlyMap<string, Uint8Array | number>;
  /** What the page saved before, as JSON. */
  readonly savedState?: unknown;
  /** The host has not read the conversation yet. */
  readonly isWaiting?: boolean;
}

export interface OpenPage {
  readonly page: Page;
  /** Refusals of the policy, errors on the console, exceptions. */
  readonly problems: readonly string[];
  /** What the page posted to its host. */
  readonly messages: () => Promise<readonly unknown[]>;
  readonly savedState: () => Promise<unknown>;
  /** Plays the host: tells the page something. */
  readonly tell: (message: unknown) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** One built bundle, one server, one browser for a suite. */
export class ConversationPages {
  private readonly folder = mkdtempSync(join(tmpdir(), 'conversation-page-'));
  private readonly routes = new Map<
    string,
    { readonly type: string; readonly body: Uint8Array | number }
  >();
  private server: Server | undefined;
  private browser: Browser | undefined;
  private pageCount = 0;

  get origin(): string {
    const address = this.server?.address();
    return typeof address === 'object' && address !== null
      ? `http://127.0.0.1:${String(address.port)}`
      : '';
  }

  async start(): Promise<void> {
    const outfile = join(this.folder, 'conversationView.js');
    await promisify(execFile)(join(root, 'node_modules/esbuild/bin/esbuild'), [
      join(root, 'src/webview/conversationView/main.ts'),
      '--bundle',
      '--minify',
      '--format=iife',
      '--target=es2022',
      `--outfile=${outfile}`,
    ]);
    const assets: readonly (readonly [string, string, string])[] = [
      ['/page.js', outfile, 'text/javascript'],
      ['/page.css', join(root, 'media/conversationView.css'), 'text/css'],
      ['/codicon.css', join(root, 'node_modules/@vscode/codicons/dist/codicon.css'), 'text/css'],
      ['/codicon.ttf', join(root, 'node_modules/@vscode/codicons/dist/codicon.ttf'), 'font/ttf'],
    ];
    for (const [path, file, type] of assets) {
      this.routes.set(path, { type, body: await readFile(file) });
    }
    this.routes.set('/favicon.ico', { type: 'image/x-icon', body: 204 });
    const server = createServer((request, response) => {
      this.answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.server = server;
    this.browser = await chromium.launch({
      executablePath: process.env['CHROME_PATH'] ?? '/usr/bin/chromium',
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--autoplay-policy=no-user-gesture-required',
      ],
    });
  }

  async stop(): Promise<void> {
    await this.browser?.close();
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }

  async open(options: PageOptions): Promise<OpenPage> {
    const { browser } = this;
    if (browser === undefined) {
      throw new Error('Start the pages before opening one');
    }
    const prefix = `/${String(++this.pageCount)}`;
    const html = renderConversationHtml({
      cspSource: this.origin,
      nonce: 'abc123',
      scriptUrl: '/page.js',
      styleUrl: '/page.css',
      codiconUrl: '/codicon.css',
      title: options.snapshot.title,
      conversationId: options.snapshot.conversationId,
    });
    this.routes.set(`${prefix}/`, { type: 'text/html; charset=utf-8', body: Buffer.from(html) });
    for (const [path, body] of options.files) {
      this.serve(path, body);
    }
    const page = await browser.newPage({
      viewport: { width: options.widthPx, height: options.heightPx },
    });
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(`exception: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') {
        problems.push(`console: ${message.text()}`);
      }
    });
    await page.addInitScript(hostScript(options));
    await page.goto(`${this.origin}${prefix}/`);
    await page
      .locator(options.isWaiting === true ? '.state' : 'header, .state[role=alert]')
      .first()
      .waitFor();
    return {
      page,
      problems,
      messages: () => page.evaluate<readonly unknown[]>('window.testHost.posted'),
      savedState: () => page.evaluate('window.testHost.state'),
      tell: async (message) => {
        await page.evaluate(`window.testHost.tell(${JSON.stringify(message)})`);
      },
      close: () => page.close(),
    };
  }

  /** Puts another file in the place of one. */
  serve(path: string, body: Uint8Array | number): void {
    this.routes.set(path, { type: typeOf(path), body });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const route = this.routes.get((request.url ?? '').replace(/\?.*$/u, ''));
    if (route?.body === 0) {
      return;
    }
    if (route === undefined || typeof route.body === 'number') {
      response.writeHead(typeof route?.body === 'number' ? route.body : 404).end();
      return;
    }
    const { body, type } = route;
    const range = /^bytes=(\d+)-(\d*)$/u.exec(request.headers.range ?? '');
    if (range === null) {
      response.writeHead(200, { 'content-type': type, 'accept-ranges': 'bytes' }).end(body);
      return;
    }
    const from = Number(range[1]);
    const to = range[2] === '' ? body.length - 1 : Math.min(Number(range[2]), body.length - 1);
    response
      .writeHead(206, {
        'content-type': type,
        'content-range': `bytes ${String(from)}-${String(to)}/${String(body.length)}`,
      })
      .end(body.subarray(from, to + 1));
  }
}

function typeOf(path: string): string {
  return path.endsWith('.wav') ? 'audio/wav' : 'application/octet-stream';
}

/** Runs before the page: the theme's variables as VS Code sets them (on the root's style), and the host's side of the door. */
function hostScript({ theme, snapshot, savedState, isWaiting = false }: PageOptions): string {
  const { variables, bodyClass } = themeCss(theme);
  return `(() => {
    const host = window.testHost = {
      posted: [],
      state: ${JSON.stringify(savedState ?? null)} ?? undefined,
      tell: (value) => window.postMessage({ v: 1, kind: 'notify', value }, '*'),
      setTheme: (variables, bodyClass) => {
        for (const [name, value] of Object.entries(variables)) document.documentElement.style.setProperty(name, value);
        document.body.className = bodyClass;
      },
    };
    let notes = ${JSON.stringify(snapshot.notes?.notes ?? [])};
    const removed = new Map();
    const answers = {
      copyText: () => ({ isCopied: true }),
      copyLink: () => ({ isCopied: true }),
      saveOffset: () => ({ isSaved: true }),
      changeNotes: ({ kind, id, content }) => {
        const timeMs = Date.now();
        if (kind === 'add') notes = [...notes, { ...content, id: 'n' + timeMs + notes.length, createdAtMs: timeMs, updatedAtMs: timeMs }];
        if (kind === 'edit') notes = notes.map((note) => note.id === id ? { ...note, ...content } : note);
        if (kind === 'remove') { removed.set(id, notes.find((note) => note.id === id)); notes = notes.filter((note) => note.id !== id); }
        if (kind === 'restore') notes = [...notes, removed.get(id)];
        return { notes };
      },
    };
    document.addEventListener('securitypolicyviolation', (event) => console.error('CSP ' + event.violatedDirective + ' ' + event.blockedURI));
    document.addEventListener('DOMContentLoaded', () => host.setTheme(${JSON.stringify(variables)}, ${JSON.stringify(bodyClass)}));
    window.acquireVsCodeApi = () => ({
      getState: () => host.state,
      setState: (state) => { host.state = structuredClone(state); },
      postMessage: (message) => {
        host.posted.push(structuredClone(message));
        if (message.kind === 'notify' && !${String(isWaiting)}) {
          host.tell({ kind: 'opened', conversation: ${JSON.stringify(snapshot)} });
        } else if (message.kind === 'request') {
          const answer = { v: 1, kind: 'response', id: message.id };
          window.postMessage(host.notesFailure && message.method === 'changeNotes'
            ? { ...answer, kind: 'failure', error: { code: 'storage', message: host.notesFailure } }
            : { ...answer, result: answers[message.method](message.params) }, '*');
        }
      },
    });
  })()`;
}
