/**
 * Entry that VS Code's extension host loads for the host tests: runs the bundled test files beside it with mocha. The file
 * for the counts and the file for what mocha prints are named by the environment.
 */
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { format } from 'node:util';
import type MochaModule from 'mocha';
import { runMocha } from '../support/runMocha.ts';

// Mocha stays outside the bundle; its namespace (plain Node) and its default export (extension host) both have this name.
const { Mocha }: { Mocha: typeof MochaModule } = createRequire(__filename)('mocha');

/** Rejects when a test failed, which is how VS Code learns of it. */
export async function run(): Promise<void> {
  const logFile = process.env['GENESYS_ARCHIVE_TEST_LOG'];
  const resultFile = process.env['GENESYS_ARCHIVE_TEST_RESULT'];
  const print = (...parts: readonly unknown[]): void => {
    if (logFile !== undefined) {
      appendFileSync(logFile, `${format(...parts)}\n`);
    }
  };
  // The page's console would mix these lines with the workbench's own.
  Mocha.reporters.Base.consoleLog = print;
  const mocha = new Mocha({ ui: 'tdd', color: false, timeout: 60_000, forbidOnly: true });
  for (const file of readdirSync(__dirname).sort()) {
    if (file.endsWith('.test.cjs')) {
      mocha.addFile(join(__dirname, file));
    }
  }
  const result = await runMocha(mocha, Mocha.reporters.Base, print);
  if (resultFile !== undefined) {
    writeFileSync(resultFile, JSON.stringify(result));
  }
  if (result.failed > 0) {
    throw new Error(`${String(result.failed)} host tests failed`);
  }
}
