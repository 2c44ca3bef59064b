import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSameRecording } from '../../../src/archive/recordingObject.ts';
import { filesOf, DownloadBench } from '../../support/downloadBench.ts';
import { withFolder } from '../../support/archivedSample.ts';
import { leakCheck } from '../../support/leakCheck.ts';

const realPath = join(
  import.meta.dirname,
  '../../fixtures/genesys/real-recordings-voice-two-channels.json',
);

suite('isSameRecording', () => {
  /** The real consult recording, with three holds and pauses in pauses. */
  const real = (): any => JSON.parse(readFileSync(realPath, 'utf8'))[1];
  const changed = (change: (recording: any) => void): string => {
    const recording = real();
    change(recording);
    return JSON.stringify(recording);
  };
  const held = JSON.stringify(real());

  test('takes no notice of what changes on every request', () => {
    const volatile: ((recording: any) => void)[] = [
      (recording) => {
        recording.annotations[0].id = 'other';
        recording.annotations[2].id = 'another';
      },
      (recording) => {
        recording.annotations[3].annotations[0] = {
          ...recording.annotations[3].annotations[0],
        };
        recording.mediaUris['0'].mediaUri = 'https://elsewhere/?Signature=1';
      },
      (recording) => {
        recording.actualTranscodeTimeMs = 1;
        recording.remainingRestorationsAllowedForOrg = 7;
      },
    ];
    for (const change of volatile) {
      assert.ok(isSameRecording(held, changed(change)));
    }
    const shuffled = JSON.stringify(Object.fromEntries(Object.entries(real()).reverse()));
    assert.ok(isSameRecording(held, shuffled));
  });

  test('sees everything else, an id of a pause and one annotation less too', () => {
    const lasting: ((recording: any) => void)[] = [
      (recording) => (recording.annotations[3].id = 'other'),
      (recording) => recording.annotations.pop(),
      (recording) => (recording.annotations[0].durationMs = 1),
      (recording) => (recording.fileState = 'ARCHIVED'),
      (recording) => (recording.users[0].name = 'Somebody'),
      (recording) => (recording.mediaUris['0'].waveformData[3] = 9),
      (recording) => delete recording.mediaUris['1'],
    ];
    for (const change of lasting) {
      assert.ok(!isSameRecording(held, changed(change)), String(change));
    }
    assert.ok(!isSameRecording('{"damaged', held));
  });
});

suite('a recording object', () => {
  leakCheck();
  const bench = new DownloadBench();
  setup(() => bench.start());
  teardown(() => bench.stop());

  test('is left alone when only ids of holds differ, and goes to the history when it changed', () =>
    withFolder(async (root) => {
      const voice = bench.data.recordings[0] as { annotations: unknown[] };
      const hold = (id: string, durationMs: number): unknown[] => [
        { id, type: 'Hold', durationMs },
      ];
      const history = async (): Promise<number> =>
        (await filesOf(root)).filter((path) => path.startsWith('history/')).length;
      voice.annotations = hold('first', 5);
      await bench.download(root);
      voice.annotations = hold('second', 5);
      const second = await bench.download(root);
      assert.equal(second.unchangedCount, second.files.length);
      assert.equal(await history(), 0);
      voice.annotations = hold('third', 6);
      await bench.download(root);
      assert.equal(await history(), 1);
    }));
});
