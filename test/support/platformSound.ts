/** The sound of a conversation as the simulated platform gives it out, asked for without the product. */
import { createHash } from 'node:crypto';
import type { Simulator } from '../simulator/simulator.ts';
import { logIn } from './simulatorClient.ts';

const maxPolls = 50;

/** WAV files of all recordings: path in a conversation's archive folder → SHA-256. */
export async function soundOfPlatform(
  simulator: Simulator,
  conversationId: string,
): Promise<ReadonlyMap<string, string>> {
  const call = await logIn(simulator);
  const path = `/api/v2/conversations/${conversationId}/recordings?maxWaitMs=5000&formatId=WAV`;
  let answer = await call('GET', path);
  for (let poll = 0; answer.status === 202 && poll < maxPolls; poll++) {
    answer = await call('GET', path);
  }
  const hashes = new Map<string, string>();
  for (const { id, mediaUris } of answer.json) {
    for (const [channel, { mediaUri }] of Object.entries<any>(mediaUris)) {
      const bytes = await (await fetch(mediaUri)).bytes();
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      hashes.set(`recordings/${String(id)}.${channel}.wav`, sha256);
    }
  }
  return hashes;
}
