// @ts-check
/** Child processes of the scripts: run to the end, or kept until the script ends. Knows nothing of what they run. */
import { spawn } from 'node:child_process';

/**
 * Runs a command to its end. With `isQuiet` its output is returned instead of shown.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string; env?: NodeJS.ProcessEnv; isQuiet?: boolean; isOutputToStderr?: boolean }} [options]
 * @returns {Promise<{ code: number; output: string }>} code 127 when the command is missing, 1 when a signal ended it
 */
export function run(command, args, options = {}) {
  const { cwd, env, isQuiet = false, isOutputToStderr = false } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: env ?? process.env,
      stdio: [
        'ignore',
        isQuiet ? 'pipe' : isOutputToStderr ? process.stderr : 'inherit',
        isQuiet ? 'pipe' : 'inherit',
      ],
    });
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('error', (error) => {
      resolve({ code: 127, output: `${command}: ${error.message}` });
    });
    child.once('close', (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}

/**
 * Like {@link run}, but a failure is an error that shows the output and says what to do.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string; env?: NodeJS.ProcessEnv; whatToDo: string }} options
 */
export async function runOrFail(command, args, { whatToDo, ...options }) {
  const { code, output } = await run(command, args, { ...options, isQuiet: true });
  if (code !== 0) {
    throw new Error(
      `${[command, ...args].join(' ')} failed (exit code ${code}). ${whatToDo}\n${output.trimEnd()}`,
    );
  }
  return output;
}

/**
 * Starts a process in a group of its own and stops the whole group, children included, when asked.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string; env?: NodeJS.ProcessEnv; stdio?: import('node:child_process').StdioOptions }} [options]
 */
export function startGroup(command, args, options = {}) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...options,
    detached: true,
  });
  const exited = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  const signal = (/** @type {NodeJS.Signals} */ name) => {
    try {
      if (child.pid !== undefined) {
        process.kill(-child.pid, name);
      }
    } catch {
      // The group is gone, which is what was asked.
    }
  };
  const killAtExit = () => {
    signal('SIGKILL');
  };
  process.once('exit', killAtExit);
  return {
    child,
    /** Settles when the process has ended, however. */
    exited,
    /** Asks the group to end, and after five seconds makes it. */
    async stop() {
      signal('SIGTERM');
      let timer;
      const timeout = new Promise((resolve) => {
        timer = setTimeout(resolve, 5000);
      });
      await Promise.race([exited, timeout]);
      clearTimeout(timer);
      signal('SIGKILL');
      process.off('exit', killAtExit);
    },
  };
}

/**
 * Ends the script with a plain message instead of a stack: what failed says itself what to do.
 * @param {() => Promise<number | void>} main resolves to the exit code, 0 when it gives none
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    if (process.env['DEBUG'] !== undefined && error instanceof Error) {
      console.error(error.stack);
    }
    process.exitCode = 1;
  }
}
