/**
 * The main job as a person does it, step by step in the workbench: list, download, verify, open the player, listen. The demo
 * without a person and the UI tests share these steps.
 */
import { createHash } from 'node:crypto';
import { createReadStream, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator } from 'playwright-core';
import type { Workbench } from './workbench.ts';

export const viewTitle = 'Genesys Archive';

/** What only rows of the sample calls with real human speech show. */
export const realSpeech = /voice|call/iu;

/** A file of the archive as the manifest lists it, checked against the disk. */
export interface ArchivedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Resolves to the status bar's text once it shows the organisation, which is after sign-in. */
export async function waitForSignIn(workbench: Workbench, organisation: string): Promise<string> {
  await workbench.openView(viewTitle);
  return workbench.waitForStatusBar(organisation);
}

/** The drawn rows of conversations: rows of the second level, below the day groups. */
export function conversationRows(workbench: Workbench): Locator {
  return workbench.page.locator('.sidebar .pane-body .monaco-list-row[aria-level="2"]');
}

/** Waits for the list and resolves to the number of conversations that it shows by the tree's own count. */
export async function listConversations(workbench: Workbench): Promise<number> {
  const first = conversationRows(workbench).first();
  await first.waitFor({ timeout: 60_000 });
  return Number((await first.getAttribute('aria-setsize')) ?? 0);
}

/** The newest row whose text or description matches, brought into sight and selected. */
export async function selectConversation(
  workbench: Workbench,
  text: string | RegExp,
): Promise<Locator> {
  const row = conversationRows(workbench).filter({ hasText: text }).first();
  await row.waitFor({ timeout: 30_000 });
  await row.scrollIntoViewIfNeeded();
  await row.click();
  return row;
}

/** Downloads by the context menu; resolves to the conversation's folder in the archive when its manifest is there. */
export async function downloadConversation(
  workbench: Workbench,
  row: Locator,
  archiveFolder: string,
): Promise<string> {
  const before = new Set(findManifests(archiveFolder));
  await workbench.chooseFromContextMenu(row, 'Download Conversation');
  await workbench.waitForNotification(/download/iu, 120_000);
  const deadlineMs = Date.now() + 120_000;
  for (;;) {
    const added = findManifests(archiveFolder).find((path) => !before.has(path));
    if (added !== undefined && !hasPartialFiles(dirname(added))) {
      return dirname(added);
    }
    if (Date.now() > deadlineMs) {
      throw new Error('The download did not end within two minutes');
    }
    await workbench.page.waitForTimeout(200);
  }
}

const findManifests = (archiveFolder: string): readonly string[] =>
  globSync('conversations/*/*/*/*/manifest.json', { cwd: archiveFolder }).map((path) =>
    join(archiveFolder, path),
  );

const hasPartialFiles = (folder: string): boolean =>
  globSync('**/*.partial', { cwd: folder }).length > 0;

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
  }
  return hash.digest('hex');
}

/**
 * Reads every file that the manifest lists and hashes it again, by this process and not by the product.
 * @throws Error naming the file that is missing or differs from the manifest
 */
export async function checkFiles(conversationFolder: string): Promise<readonly ArchivedFile[]> {
  const manifest = JSON.parse(readFileSync(join(conversationFolder, 'manifest.json'), 'utf8'));
  const files: ArchivedFile[] = [];
  for (const { path, bytes, sha256 } of manifest.files) {
    const actualBytes = statSync(join(conversationFolder, path)).size;
    const actualSha256 = await hashFile(join(conversationFolder, path));
    if (actualBytes !== bytes || actualSha256 !== sha256) {
      throw new Error(
        `The manifest says ${String(bytes)} bytes, ${String(sha256)}; on disk are ${String(actualBytes)} bytes, ${actualSha256}: ${String(path)}`,
      );
    }
    files.push({ path, bytes, sha256 });
  }
  if (files.length === 0) {
    throw new Error(`The manifest lists no file: ${conversationFolder}`);
  }
  return files;
}

/** Verifies by the extension's own command; resolves to what it says. */
export async function verifyConversation(workbench: Workbench, row: Locator): Promise<string> {
  await row.click();
  await workbench.chooseFromContextMenu(row, 'Verify Conversation');
  const notification = await workbench.waitForNotification(/verified|verify|intact/iu, 60_000);
  return (await notification.innerText()).split('\n').join(' ').trim();
}

/** Opens the player; resolves when waveform and transcript are drawn. */
export async function openPlayer(workbench: Workbench, row: Locator): Promise<void> {
  await row.click();
  await workbench.chooseFromContextMenu(row, 'Open Conversation');
  const view = workbench.webview();
  await view.locator('canvas').first().waitFor({ timeout: 60_000 });
  await view.locator('.row .word').first().waitFor({ timeout: 60_000 });
}

/** The word that the sound is at, as row and word counted from 0; undefined before there is one. */
export async function highlightedWord(
  workbench: Workbench,
): Promise<readonly [number, number] | undefined> {
  const word = workbench.webview().locator('.row.spoken .word.now').first();
  // Read in one go: the highlight moves while the sound plays.
  const found = await word.evaluateAll((elements) =>
    elements.map((element) => [
      Number(element.closest('.row')?.getAttribute('data-index')),
      Number(element.getAttribute('data-word')),
    ]),
  );
  const [row, index] = found[0] ?? [];
  return row === undefined || index === undefined ? undefined : [row, index];
}

/** Plays until three words were highlighted one after the other, and pauses. Resolves to them as `row/word`. */
export async function playUntilHighlightMoves(workbench: Workbench): Promise<readonly string[]> {
  const view = workbench.webview();
  await view.getByRole('button', { name: 'Play', exact: true }).click();
  const seen: string[] = [];
  const deadlineMs = Date.now() + 60_000;
  while (seen.length < 3) {
    const word = (await highlightedWord(workbench))?.join('/');
    if (word !== undefined && word !== seen.at(-1)) {
      seen.push(word);
    }
    if (Date.now() > deadlineMs) {
      throw new Error(`The highlight did not follow the sound; words seen: ${seen.join(', ')}`);
    }
    await workbench.page.waitForTimeout(50);
  }
  await view.getByRole('button', { name: 'Pause', exact: true }).click();
  return seen;
}
