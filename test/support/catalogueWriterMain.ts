/**
 * A process that writes and reads one catalogue as a window does, for tests with several.
 * Arguments: path of the database, name of this process, how many conversations.
 */
import { Catalogue } from '../../src/catalogue/catalogue.ts';
import { documentOf } from './catalogueSamples.ts';

const [path = '', name = '', count = '0'] = process.argv.slice(2);
const never = new AbortController().signal;
const catalogue = await Catalogue.open(path);
for (let index = 0; index < Number(count); index++) {
  const phrases = Array.from({ length: 20 }, (_, at) => `word${String(at)} from ${name}`);
  await catalogue.ingest(documentOf({ id: `${name}-${String(index)}`, phrases }), never);
  // One that all processes write: the last one counts.
  await catalogue.ingest(documentOf({ id: 'shared', phrases: ['everybody', name] }), never);
  const own = catalogue.count(`from ${name}`).phraseCount;
  if (own !== 20 * (index + 1)) {
    throw new Error(`${name} finds ${String(own)} of its phrases after ${String(index + 1)}`);
  }
  catalogue.search('word1*', { limit: 50 });
}
catalogue.close();
