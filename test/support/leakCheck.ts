/** Fails a suite that leaves sockets, servers, timers or workers behind: call it at the top of each suite that opens any. */
import assert from 'node:assert/strict';

const watched = new Set([
  'TCPSocketWrap',
  'TCPServerWrap',
  'Timeout',
  'MessagePort',
  'Worker',
  'ChildProcess',
  'FSReqCallback',
]);

const activeResources = (): readonly string[] =>
  process.getActiveResourcesInfo().filter((resource) => watched.has(resource));

export function leakCheck(): void {
  let before: readonly string[] = [];
  suiteSetup(() => {
    before = activeResources();
  });
  suiteTeardown(async () => {
    const grown = (): readonly string[] =>
      [...watched].filter(
        (kind) =>
          activeResources().filter((resource) => resource === kind).length >
          before.filter((resource) => resource === kind).length,
      );
    // Closing a socket takes a few turns of the event loop.
    for (let turn = 0; turn < 50 && grown().length > 0; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const left = grown().filter((kind) => kind !== 'Timeout');
    assert.deepEqual(left, [], 'The suite left resources open');
  });
}
