// @ts-check
/**
 * Stands in as `main` of a measured copy of an extension: appends one JSON line with the CPU and wall time that this thread
 * spent on loading and activating the real one.
 */
const { appendFileSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** @type {{ realMain: string }} */
const { realMain } = JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8'));
const threadCpuMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

const startedAtMs = performance.now();
const startedMs = threadCpuMs();
const real = require(join(__dirname, realMain));
const loadCpuMs = threadCpuMs() - startedMs;
const loadWallMs = performance.now() - startedAtMs;

exports.activate = async (/** @type {import('vscode').ExtensionContext} */ context) => {
  const activatedAtMs = performance.now();
  const beforeMs = threadCpuMs();
  const api = await real.activate(context);
  const line = {
    extension: context.extension.id,
    cpuMs: loadCpuMs + threadCpuMs() - beforeMs,
    wallMs: loadWallMs + performance.now() - activatedAtMs,
  };
  const file = process.env['GENESYS_ARCHIVE_ACTIVATION_LOG'];
  if (file !== undefined) {
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  }
  return api;
};
exports.deactivate = () => real.deactivate?.();
