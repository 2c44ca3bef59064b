/**
 * A server process for benchmarks of downloading: WAV files of any length from memory, so that neither its disk nor its heap is
 * measured. `node wavStreamMain.ts` prints its port; `GET /<bytes>/<seed>` streams that many bytes, different for each seed.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pcmHeader } from './wavHeader.ts';

const block = Buffer.alloc(1 << 20);
let state = 1;
for (let offset = 0; offset < block.length; offset++) {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  block[offset] = state >>> 24;
}

const server = createServer((request, response) => {
  const [, size, seed] = /^\/(\d+)\/(\d+)/u.exec(request.url ?? '') ?? [];
  const sizeBytes = Number(size);
  response.writeHead(200, {
    'content-type': 'audio/wav',
    'content-length': sizeBytes,
    etag: `"${String(size)}-${String(seed)}"`,
  });
  const header = pcmHeader(sizeBytes - 44);
  response.write(header);
  // Another start within the block makes another file.
  let offset = (Number(seed) * 4_099) % (block.length / 2);
  let leftBytes = sizeBytes - header.length;
  const send = (): void => {
    while (leftBytes > 0) {
      const part = block.subarray(offset, offset + Math.min(leftBytes, block.length - offset));
      leftBytes -= part.length;
      offset = 0;
      if (!response.write(part)) {
        response.once('drain', send);
        return;
      }
    }
    response.end();
  };
  send();
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${String((server.address() as AddressInfo).port)}\n`);
});
process.on('disconnect', () => {
  process.exit(0);
});
