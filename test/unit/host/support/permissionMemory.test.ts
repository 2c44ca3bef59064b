import assert from 'node:assert/strict';
import type { FeatureStatus } from '../../../../src/genesys/permissions.ts';
import type { FeatureId } from '../../../../src/genesys/permissions.ts';
import { PermissionMemory } from '../../../../src/host/support/permissionMemory.ts';

class Memento {
  readonly values = new Map<string, unknown>();
  get(key: string): unknown {
    return this.values.get(key);
  }
  update(key: string, value: unknown): Promise<void> {
    this.values.set(key, JSON.parse(JSON.stringify(value)));
    return Promise.resolve();
  }
}

const lacking = (feature: FeatureId, ...missingPermissions: string[]): FeatureStatus => ({
  feature,
  state: 'missing',
  missingPermissions,
  missingScopes: [],
  reason: undefined,
});
const queues = lacking('queueNames', 'routing:queue:view');
const transcripts = lacking('transcripts', 'recording:recording:view', 'speech:data:view');

suite('permission memory', () => {
  test('tells a result once for each account, and again when it changes', async () => {
    const memento = new Memento();
    const memory = new PermissionMemory(memento);
    assert.equal(memory.hasChecked('a'), false);
    assert.equal(await memory.takeResult('a', [queues]), true);
    assert.equal(memory.hasChecked('a'), true);
    assert.equal(await memory.takeResult('a', [queues]), false);
    assert.equal(await new PermissionMemory(memento).takeResult('a', [queues]), false);
    assert.equal(await memory.takeResult('b', [queues]), true);
    assert.equal(await memory.takeResult('a', [queues, transcripts]), true);
    assert.equal(await memory.takeResult('a', []), false);
    assert.equal(await memory.takeResult('a', [queues]), true);
  });

  test('tells a refusal once a window, and not at all when a check has told it', async () => {
    const memento = new Memento();
    const memory = new PermissionMemory(memento);
    assert.equal(memory.takeRefusal('a', 'queueNames'), true);
    assert.equal(memory.takeRefusal('a', 'queueNames'), false);
    assert.equal(memory.takeRefusal('b', 'queueNames'), true);
    await memory.takeResult('a', [transcripts]);
    assert.equal(memory.takeRefusal('a', 'transcripts'), false);
    const nextWindow = new PermissionMemory(memento);
    assert.equal(nextWindow.takeRefusal('a', 'transcripts'), false);
    assert.equal(nextWindow.takeRefusal('a', 'queueNames'), true);
  });

  test('remembers fifty accounts and survives garbage in the store', async () => {
    const memento = new Memento();
    memento.values.set('genesysArchive.permissionsTold', { a: 7, b: 'queueNames x' });
    const memory = new PermissionMemory(memento);
    assert.equal(memory.takeRefusal('b', 'queueNames'), false);
    assert.equal(memory.takeRefusal('a', 'queueNames'), true);
    for (let index = 0; index < 60; index++) {
      await memory.takeResult(`account${String(index)}`, [queues]);
    }
    assert.equal(memory.hasChecked('account9'), false);
    assert.equal(memory.hasChecked('account59'), true);
  });
});
