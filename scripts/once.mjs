// @ts-check
/** The main job without a person, in the real workbench; prints each step that it did. */
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { demoSettings } from './demo.mjs';

/** How long the player plays while its highlight is watched. */
const watchedMs = 6000;

/**
 * Rejects at the first step that does not work, after a picture of how far it came.
 * @param {object} demo
 * @param {readonly string[]} demo.vsixFiles
 * @param {Record<string, string>} demo.env
 * @param {string} demo.workspace
 * @param {import('./runningSimulator.mjs').RunningSimulator} demo.simulator
 * @param {string | undefined} demo.screenshot where to keep a copy of the picture
 */
export async function runOnce({ vsixFiles, env, workspace, simulator, screenshot }) {
  const [{ Workbench }, job, { realCallId, spokenPhrases }] = await Promise.all([
    import('../test/support/workbench.ts'),
    import('../test/support/mainJob.ts'),
    import('../test/support/realCall.ts'),
  ]);
  const workbench = await Workbench.launch({
    vsixFiles,
    env,
    folder: workspace,
    viewport: { width: 1600, height: 1000 },
    settings: demoSettings,
  });
  let step = 'sign in';
  try {
    await workbench.openView('Genesys Archive');
    await workbench.resizeSideBar(420);
    console.log(`signed in as ${await job.waitForSignIn(workbench, simulator.organisation)}`);
    step = 'list';
    const count = await job.listConversations(workbench, realCallId);
    console.log(`listed ${count} conversations of the day of ${realCallId}`);
    step = 'download';
    const archive = join(workspace, 'genesys-archive');
    const { folder, said } = await job.downloadConversation(workbench, realCallId, archive);
    const files = await job.checkFiles(folder);
    for (const { path, bytes, sha256 } of files) {
      console.log(`downloaded ${path} ${bytes} bytes sha256 ${sha256}`);
    }
    console.log(
      `hashed ${files.length} files again: all as the manifest says; VS Code says: ${said}`,
    );
    step = 'verify';
    console.log(`verified, VS Code says: ${await job.verifyConversation(workbench, realCallId)}`);
    step = 'open the player';
    await workbench.hideNotifications();
    const player = await job.openPlayer(workbench, realCallId);
    await workbench.expand(job.conversationRow(workbench, realCallId));
    step = 'play';
    await player.clickWaveform(0.1);
    await player.play();
    for (const { word, soundMs, wordMs } of await player.followHighlight(
      spokenPhrases(),
      watchedMs,
    )) {
      console.log(
        `player opened, "${word}" highlighted at ${(soundMs / 1000).toFixed(2)} s of the sound, spoken at ${(wordMs / 1000).toFixed(2)} s`,
      );
    }
    step = 'take a picture';
    const picture = await workbench.screenshot('once');
    if (screenshot !== undefined) {
      mkdirSync(dirname(screenshot), { recursive: true });
      copyFileSync(picture, screenshot);
    }
    console.log(`screenshot ${screenshot ?? picture}`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const picture = await workbench.screenshot('once-failed').catch(() => 'none');
    throw new Error(
      `The step "${step}" did not work: ${message}\nThe window as it was: ${picture}. Look at it, then at what \`npm start\` shows for the same step.`,
      { cause: error },
    );
  } finally {
    await workbench.close();
  }
}
