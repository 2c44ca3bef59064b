// @ts-check
/**
 * Stands in as `main` of a measured copy of an extension: appends one JSON line with the CPU time that this thread spent on
 * loading and activating the real one.
 */
const { appendFileSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** @type {{ realMain: string }} */
const { realMain } = JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8'));
const threadCpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

const startedMs = threadCpuMs();
const real = require(join(__dirname, realMain));
const loadCpuMs = threadCpuMs() - startedMs;

exports.activate = async (/** @type {import('vscode').ExtensionContext} */ context) => {
  const beforeMs = threadCpuMs();
  const api = await real.activate(context);
  const line = {
    extension: context.extension.id,
    loadCpuMs,
    activateCpuMs: threadCpuMs() - beforeMs,
  };
  const file = process.env['GENESYS_ARCHIVE_ACTIVATION_LOG'];
  if (file !== undefined) {
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  }
  return api;
};
exports.deactivate = () => real.deactivate?.();
