/** Registers commands. Every one runs through `runCommand`: logged, its failure shown once, cancellation ignored. */
import * as vscode from 'vscode';
import { isCancellation } from '../base/appError.ts';
import { DisposableStore, type Disposable } from '../base/disposable.ts';
import type { Log } from '../base/log.ts';
import { commandIds, type CommandId } from '../generated/manifest.ts';
import { presentError } from './errors/presentError.ts';

/** Gets what VS Code or another extension passes: untrusted, often nothing. What it returns goes back to the caller. */
export type CommandHandler = (...args: unknown[]) => unknown;
/** The commands of one feature: each of them, and no others. */
export type Commands<Id extends CommandId> = Readonly<Record<Id, CommandHandler>>;

export interface CommandDeps {
  readonly log: Log;
  readonly nowMs?: () => number;
  /** Told of each failure that was shown. */
  readonly onShown?: (error: unknown) => void;
}

/** Registers the commands of the table until the result is disposed of. */
export function registerCommands(table: Commands<CommandId>, deps: CommandDeps): Disposable {
  const store = new DisposableStore();
  for (const id of commandIds) {
    store.add(
      vscode.commands.registerCommand(id, (...args: unknown[]) =>
        runCommand(id, table[id], args, deps),
      ),
    );
  }
  return store;
}

/**
 * Resolves to what the handler returns, or to undefined when it failed: the failure was shown then, and a rejection would make
 * VS Code show it a second time.
 */
async function runCommand(
  id: CommandId,
  handler: CommandHandler,
  args: readonly unknown[],
  deps: CommandDeps,
): Promise<unknown> {
  const { log, nowMs = Date.now } = deps;
  const startedAtMs = nowMs();
  const commandLog = log.child(id.replace('genesysArchive.', ''));
  try {
    const result = await handler(...args);
    commandLog.debug('Command done', { durationMs: nowMs() - startedAtMs });
    return result;
  } catch (error) {
    if (isCancellation(error)) {
      commandLog.debug('Command cancelled', { durationMs: nowMs() - startedAtMs });
    } else {
      presentError(error, commandLog, {
        retry: () => {
          void runCommand(id, handler, args, deps);
        },
      });
      deps.onShown?.(error);
    }
    return undefined;
  }
}
