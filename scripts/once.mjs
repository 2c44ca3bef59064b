// @ts-check
/** The main job without a person, in the real workbench; prints each step that it did. */
import { join } from 'node:path';

/**
 * Rejects at the first step that does not work, after a screenshot of how far it came.
 * @param {{ vsixFiles: readonly string[]; env: Record<string, string>; workspace: string; organisation: string }} demo
 */
export async function runOnce({ vsixFiles, env, workspace, organisation }) {
  const [{ Workbench }, job] = await Promise.all([
    import('../test/support/workbench.ts'),
    import('../test/support/mainJob.ts'),
  ]);
  const workbench = await Workbench.launch({
    vsixFiles,
    env,
    folder: workspace,
    viewport: { width: 1600, height: 1000 },
  });
  try {
    console.log(`signed in as ${await job.waitForSignIn(workbench, organisation)}`);
    console.log(`listed ${await job.listConversations(workbench)} conversations`);
    const row = await job.selectConversation(workbench, job.realSpeech);
    const folder = await job.downloadConversation(
      workbench,
      row,
      join(workspace, 'genesys-archive'),
    );
    const files = await job.checkFiles(folder);
    for (const { path, bytes, sha256 } of files) {
      console.log(`downloaded ${path} ${bytes} bytes sha256 ${sha256}`);
    }
    console.log(
      `verified ${files.length} files; the extension says: ${await job.verifyConversation(workbench, row)}`,
    );
    await job.openPlayer(workbench, row);
    const words = await job.playUntilHighlightMoves(workbench);
    console.log(
      `player opened, the highlight followed the sound through row/word ${words.join(', ')}`,
    );
    await workbench.hideNotifications();
    console.log(`screenshot ${await workbench.screenshot('once')}`);
  } catch (error) {
    console.error(`The window as it was: ${await workbench.screenshot('once-failed')}`);
    throw error;
  } finally {
    await workbench.close();
  }
}
