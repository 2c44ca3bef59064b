/** Entry of the thread that hashes large downloads. Holds no logic. */
import { parentPort } from 'node:worker_threads';
import { serveHashing } from '../archive/serveHashing.ts';
import { assert } from '../base/assert.ts';

assert(parentPort !== null, 'The hash worker runs in a worker thread only');

serveHashing(parentPort);
