/** Entry of the threads that flush files. Holds no logic. */
import { parentPort } from 'node:worker_threads';
import { serveFlushing } from '../archive/serveFlushing.ts';
import { assert } from '../base/assert.ts';

assert(parentPort !== null, 'The flush worker runs in a worker thread only');

serveFlushing(parentPort);
