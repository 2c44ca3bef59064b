/** Collects all that the product lets out while it fails, and searches it for marked secrets. */
import assert from 'node:assert/strict';
import { describeError } from '../../src/host/errors/errorText.ts';
import { createLog, type HostLog } from '../../src/host/ports/log.ts';
import { explainSignInFailure } from '../../src/host/session/signInFailure.ts';
import { renderDiagnostics } from '../../src/host/support/diagnosticsText.ts';
import { plainLocaliser } from './plainLocaliser.ts';
import {
  credentials,
  everything,
  findMarkers,
  textOfError,
  type Markers,
} from './secretMarkers.ts';

const region = 'mypurecloud.de';

/** All that the product let out, by what it was. */
export class SecretOutputs {
  readonly log: HostLog;
  private readonly texts: (readonly [string, string])[] = [];
  private readonly logged: string[] = [];

  constructor() {
    const write = (line: string): void => {
      this.logged.push(line);
    };
    this.log = createLog({ trace: write, debug: write, info: write, warn: write, error: write });
  }

  add(kind: string, value: string): void {
    this.texts.push([kind, value]);
  }

  /** An error as it is, as it is logged, and as a person reads it. */
  addError(error: unknown): void {
    this.add('error', textOfError(error));
    this.log.error('A command failed', { error });
    for (const canRetry of [true, false]) {
      this.add('notification', JSON.stringify(describeError(error, canRetry, plainLocaliser)));
    }
    const explained = explainSignInFailure(error, {
      region,
      apiBaseUrl: 'https://api.mypurecloud.de',
      loginBaseUrl: 'https://login.mypurecloud.de',
      clientId: '0c000000-0000-4000-8000-000000000001',
      clientSecret: credentials.clientSecret,
    });
    this.add('error', textOfError(explained));
    this.add('notification', describeError(explained, false, plainLocaliser).message);
  }

  /** Kind, marker and the text around it, of every leak. */
  leaks(markers: Markers = everything): readonly string[] {
    this.add(
      'diagnostics',
      renderDiagnostics({
        nowMs: 0,
        versions: [],
        changedSettings: [],
        session: undefined,
        activeTransferCount: 0,
        errors: this.log.recentErrors,
        lines: this.log.recentLines,
        hidden: [],
      }),
    );
    const all = [...this.texts, ...this.logged.map((line) => ['log', line] as const)];
    assert.ok(all.length > 1, 'nothing came out, so nothing was proved');
    return all.flatMap(([kind, value]) =>
      findMarkers(value, markers).map((name) => `${kind}: ${name} in ${value.slice(0, 300)}`),
    );
  }

  check(markers: Markers = everything): void {
    assert.deepEqual(this.leaks(markers).slice(0, 5), []);
  }
}
