/**
 * The main job as a person does it, step by step in the workbench: list, download, verify, open the player. The demo without a
 * person and the UI tests share these steps. Each step checks that it worked; what it throws says which one did not.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { PlayerView } from './playerView.ts';
import type { Workbench } from './workbench.ts';

const viewTitle = 'Genesys Archive';
const category = 'Genesys Archive';

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
function conversationRows(workbench: Workbench): Locator {
  return workbench.page.locator('.sidebar .pane-body .monaco-list-row[aria-level="2"]');
}

/**
 * Waits until the conversation is listed and resolves to the number of conversations of its day. Just after midnight it lies in
 * yesterday: then a week is listed, as a person would choose.
 */
export async function listConversations(
  workbench: Workbench,
  conversationId: string,
): Promise<number> {
  const row = conversationRow(workbench, conversationId);
  const isToday = await row.waitFor({ timeout: 30_000 }).then(
    () => true,
    () => false,
  );
  if (!isToday) {
    await workbench.runCommand(`${category}: Pick Interval…`);
    await workbench.answerPick('Which conversations should be listed?', 'Last 7 days');
    await row.waitFor({ timeout: 30_000 });
  }
  const count = Number(await row.getAttribute('aria-setsize'));
  if (!(count > 0)) {
    throw new Error('The tree does not say how many conversations it lists');
  }
  return count;
}

/** The row of a conversation, wherever the list is scrolled to; its spoken label ends in the id. */
export function conversationRow(workbench: Workbench, conversationId: string): Locator {
  return conversationRows(workbench).and(
    workbench.page.locator(`[aria-label*="${conversationId}"]`),
  );
}

/** Where the archive keeps a conversation, or undefined while it has no manifest. */
function findFolder(archiveFolder: string, conversationId: string): string | undefined {
  const [manifest] = globSync(`conversations/*/*/*/${conversationId}/manifest.json`, {
    cwd: archiveFolder,
  });
  return manifest === undefined ? undefined : join(archiveFolder, manifest, '..');
}

/** Paths of what downloads have begun and not finished. */
export const partialFiles = (archiveFolder: string): readonly string[] =>
  existsSync(archiveFolder) ? globSync('**/*.partial', { cwd: archiveFolder }) : [];

/**
 * Downloads by the context menu.
 * @returns the conversation's folder in the archive, and what the extension said at the end
 */
export async function downloadConversation(
  workbench: Workbench,
  conversationId: string,
  archiveFolder: string,
): Promise<{ readonly folder: string; readonly said: string }> {
  await workbench.chooseFromContextMenu(
    conversationRow(workbench, conversationId),
    'Download Conversation',
  );
  const said = await notificationText(workbench, /Downloaded \d+ files?/u, 60_000);
  const folder = findFolder(archiveFolder, conversationId);
  if (folder === undefined) {
    throw new Error(`The extension says "${said}", but the archive has no such conversation`);
  }
  const partial = partialFiles(archiveFolder);
  if (partial.length > 0) {
    throw new Error(`The download has ended, but left ${partial.join(', ')}`);
  }
  return { folder, said };
}

/** Waits for a notification and gives its message alone, without its buttons. */
export async function notificationText(
  workbench: Workbench,
  text: RegExp,
  timeoutMs: number,
): Promise<string> {
  const notification = await workbench.waitForNotification(text, timeoutMs);
  return (await notification.locator('.notification-list-item-message').innerText()).trim();
}

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
  for (const { path, storedBytes: bytes, storedSha256: sha256 } of manifest.files) {
    const actualBytes = statSync(join(conversationFolder, path)).size;
    const actualSha256 = await hashFile(join(conversationFolder, path));
    if (actualBytes !== bytes || actualSha256 !== sha256) {
      throw new Error(
        `The manifest says ${String(bytes)} bytes, ${String(sha256)}; on disk are ${String(actualBytes)} bytes, ${actualSha256}: ${String(path)}`,
      );
    }
    files.push({ path, bytes, sha256 });
  }
  for (const part of ['recordings/', 'transcripts/', 'conversation.json.gz']) {
    if (!files.some(({ path }) => path.startsWith(part))) {
      throw new Error(`The manifest lists nothing of ${part}: ${conversationFolder}`);
    }
  }
  return files;
}

/** Verifies by the extension's own command; resolves to what it says. */
export async function verifyConversation(
  workbench: Workbench,
  conversationId: string,
): Promise<string> {
  const row = conversationRow(workbench, conversationId);
  await row.filter({ hasText: 'downloaded' }).waitFor({ timeout: 20_000 });
  await workbench.chooseFromContextMenu(row, 'Verify Archived Conversation');
  return notificationText(workbench, /Verified \d+ files/u, 60_000);
}

/** Opens the player from the context menu; resolves when waveform and transcript are drawn. */
export async function openPlayer(
  workbench: Workbench,
  conversationId: string,
): Promise<PlayerView> {
  await workbench.chooseFromContextMenu(
    conversationRow(workbench, conversationId),
    'Open Conversation',
  );
  return PlayerView.waitFor(workbench);
}
