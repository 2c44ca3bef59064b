import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/base/event.ts';
import { toAbortSignal } from '../../../../src/host/ports/cancellation.ts';

suite('toAbortSignal', () => {
  test('aborts when the token is cancelled, and at once when it already is', () => {
    const emitter = new Emitter<undefined>();
    const { signal } = toAbortSignal({
      isCancellationRequested: false,
      onCancellationRequested: emitter.event,
    });
    assert.equal(signal.aborted, false);
    emitter.fire(undefined);
    assert.equal(signal.aborted, true);
    const late = toAbortSignal({
      isCancellationRequested: true,
      onCancellationRequested: emitter.event,
    });
    assert.equal(late.signal.aborted, true);
  });

  test('stops listening when disposed of', () => {
    const emitter = new Emitter<undefined>();
    const bridge = toAbortSignal({
      isCancellationRequested: false,
      onCancellationRequested: emitter.event,
    });
    bridge.dispose();
    emitter.fire(undefined);
    assert.equal(bridge.signal.aborted, false);
  });
});
