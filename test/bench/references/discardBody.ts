/** Reference: reads a body by bare node:http and throws it away. */
import { get } from 'node:http';

/** Resolves to the bytes that came. */
export function discardBody(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      let sizeBytes = 0;
      response.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
      });
      response.on('end', () => {
        resolve(sizeBytes);
      });
      response.on('error', reject);
    }).on('error', reject);
  });
}
