/** The search that the secrets test stands on: a marker that it overlooks would prove nothing. */
import assert from 'node:assert/strict';
import { gossip } from '../../support/gossipingServer.ts';
import { everything, findMarkers, spellingsOf, textOfError } from '../../support/secretMarkers.ts';
import { SecretOutputs } from '../../support/secretOutputs.ts';

suite('search for marked secrets', () => {
  test('finds every marker in every spelling, wherever it is', () => {
    for (const [name, marker] of Object.entries(everything)) {
      for (const spelling of spellingsOf(marker)) {
        assert.ok(findMarkers(`before ${spelling} after`, everything).includes(name), name);
        const outputs = new SecretOutputs();
        outputs.add('planted', `x=${spelling}&`);
        assert.match(outputs.leaks().join('\n'), new RegExp(`^planted: ${name} `, 'mu'));
      }
      for (const prefix of ['', 'a', 'ab', 'id:']) {
        const encoded = Buffer.from(`${prefix}${marker}:end`).toString('base64');
        assert.ok(findMarkers(encoded, everything).includes(name), `${prefix} ${name}`);
      }
    }
    assert.deepEqual(
      findMarkers(textOfError(new Error('x', { cause: { deep: gossip } })), everything),
      Object.keys(everything),
    );
  });

  test('searches each class of output: one that leaks is found', () => {
    const outputs = new SecretOutputs();
    outputs.addError(new Error(gossip));
    const kinds = outputs.leaks().map((leak) => leak.split(':')[0]);
    assert.deepEqual([...new Set(kinds)].sort(), ['diagnostics', 'error', 'log', 'notification']);
  });
});
