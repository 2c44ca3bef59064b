/** The budget's state as the text of its file. What is not whole or not ours is no state: the budget starts over. */
import {
  asNumber,
  asRecord,
  asString,
  optional,
  parseJson,
  required,
  type JsonRecord,
} from '../base/decode.ts';
import type { BudgetMember, BudgetState } from './budgetState.ts';

/** Files of another version are not understood: both sides then learn anew, which costs nothing. */
const version = 1;

export function encodeBudget(state: BudgetState): string {
  return JSON.stringify({ version, ...state });
}

/** Undefined when the text is no state of this version. */
export function decodeBudget(text: string): BudgetState | undefined {
  try {
    const record = asRecord(parseJson(text, 'a budget'), '');
    return required(record, 'version', '', asNumber) === version ? decodeState(record) : undefined;
  } catch {
    return undefined;
  }
}

function decodeState(record: JsonRecord): BudgetState {
  return {
    allowedCount: optional(record, 'allowedCount', '', asNumber),
    windowMs: optional(record, 'windowMs', '', asNumber),
    window: optional(record, 'window', '', (value, path) => {
      const window = asRecord(value, path);
      return {
        usedCount: required(window, 'usedCount', path, asNumber),
        endsFromMs: required(window, 'endsFromMs', path, asNumber),
        endsToMs: optional(window, 'endsToMs', path, asNumber),
      };
    }),
    lastEndMs: optional(record, 'lastEndMs', '', asNumber),
    pausedUntilMs: optional(record, 'pausedUntilMs', '', asNumber),
    lost: required(record, 'lost', '', (value, path) => {
      const lost = asRecord(value, path);
      return {
        count: required(lost, 'count', path, asNumber),
        atMs: required(lost, 'atMs', path, asNumber),
      };
    }),
    slackMs: required(record, 'slackMs', '', asNumber),
    updatedAtMs: required(record, 'updatedAtMs', '', asNumber),
    members: required(record, 'members', '', (value, path) =>
      Object.fromEntries(
        Object.entries(asRecord(value, path)).map(([id, member]) => [
          asString(id, path),
          decodeMember(member, `${path}.member`),
        ]),
      ),
    ),
  };
}

function decodeMember(value: unknown, path: string): BudgetMember {
  const record = asRecord(value, path);
  return {
    pid: required(record, 'pid', path, asNumber),
    inFlightCount: required(record, 'inFlightCount', path, asNumber),
    urgentCount: required(record, 'urgentCount', path, asNumber),
    urgentUntilMs: required(record, 'urgentUntilMs', path, asNumber),
    seenAtMs: required(record, 'seenAtMs', path, asNumber),
  };
}
