/**
 * The profiles of the official Genesys Cloud CLI: `~/.gc/config.toml` and its environment variables. Read, never written. What
 * they hold is untrusted; problems name a profile, never a value.
 */
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { errors, isAppError } from '../../base/appError.ts';
import { isRecord, type JsonRecord } from '../../base/decode.ts';
import { isLoopback, resolveRegion, toBaseUrls } from '../../genesys/regions.ts';
import { parseCredential, type Credentials } from './accounts.ts';

export interface CliProfile {
  /** Of the table in the file; undefined for the environment variables. */
  readonly name: string | undefined;
  readonly credentials: Credentials;
}

export interface CliProfiles {
  readonly profiles: readonly CliProfile[];
  /** Profiles that cannot be used, each with the reason. */
  readonly problems: readonly string[];
}

/** What is read of the environment. Access tokens are not: they end and cannot be renewed. */
export const cliVariables = [
  'GENESYSCLOUD_REGION',
  'GENESYSCLOUD_OAUTHCLIENT_ID',
  'GENESYSCLOUD_OAUTHCLIENT_SECRET',
] as const;

type Environment = Readonly<Record<string, string | undefined>>;

const maxFileBytes = 1_048_576;
const maxProfileCount = 200;

/** Where the CLI keeps its profiles. */
export function cliConfigPath(homePath: string): string {
  return join(homePath, '.gc', 'config.toml');
}

/**
 * The usable profiles of file and environment. Neither there: both lists are empty.
 * @throws AppError `input` when the file is too large or no TOML, `storage` when it cannot be read
 */
export async function readCliProfiles(
  homePath: string,
  environment: Environment,
): Promise<CliProfiles> {
  const text = await readConfig(cliConfigPath(homePath));
  const fromFile = text === undefined ? { profiles: [], problems: [] } : parseCliConfig(text);
  const fromEnvironment = collect([[undefined, toTable(environment)]]);
  return {
    profiles: [...fromEnvironment.profiles, ...fromFile.profiles],
    problems: [...fromEnvironment.problems, ...fromFile.problems],
  };
}

/** The profiles of the file's text: one table each. @throws AppError `input` when it is no TOML */
export function parseCliConfig(text: string): CliProfiles {
  let document: JsonRecord;
  try {
    document = parse(text, { maxDepth: 8 });
  } catch {
    // The parser quotes the line that it stopped at, which may be the secret's.
    throw errors.input(
      'The profiles of the Genesys Cloud CLI cannot be read: the file is not valid TOML: ~/.gc/config.toml',
    );
  }
  return collect(Object.entries(document).slice(0, maxProfileCount));
}

function collect(tables: readonly (readonly [string | undefined, unknown])[]): CliProfiles {
  const profiles: CliProfile[] = [];
  const problems: string[] = [];
  for (const [name, table] of tables) {
    if (isRecord(table)) {
      try {
        profiles.push({ name, credentials: toCredentials(table) });
      } catch (error) {
        const reason = isAppError(error) ? error.message : 'It cannot be read';
        problems.push(`${name?.slice(0, 40) ?? 'GENESYSCLOUD_*'}: ${reason}`);
      }
    }
  }
  return { profiles, problems };
}

function toTable(environment: Environment): JsonRecord | undefined {
  const [region, id, secret] = cliVariables.map((name) => environment[name]);
  return id === undefined || id === ''
    ? undefined
    : { environment: region ?? '', client_credentials: id, client_secret: secret ?? '' };
}

/** @throws AppError `input` */
function toCredentials(table: JsonRecord): Credentials {
  const grant = textOf(table, 'grant_type');
  const secret = textOf(table, 'client_secret');
  if (grant === '2') {
    throw errors.input('The implicit grant is not supported; use client credentials or PKCE');
  }
  const id = textOf(table, 'client_credentials');
  if (id === '') {
    throw errors.input('It has no client id');
  }
  const clientId = parseCredential(id, 'client id');
  const place = toPlace(textOf(table, 'environment'));
  if (grant === '3') {
    return { ...place, clientId };
  }
  if (secret === '') {
    throw errors.input('It has no client secret');
  }
  return { ...place, clientId, clientSecret: parseCredential(secret, 'client secret') };
}

/** The CLI talks plain http to `localhost`, with or without a port; without any environment it means the first region. */
function toPlace(environment: string): Omit<Credentials, 'clientId' | 'clientSecret'> {
  const local = URL.parse(`http://${environment}`);
  if (local !== null && isLoopback(local.hostname)) {
    const region = 'mypurecloud.com';
    return {
      region,
      ...toBaseUrls(region, { apiBaseUrl: local.origin, loginBaseUrl: local.origin }),
    };
  }
  const region = resolveRegion(environment === '' ? 'mypurecloud.com' : environment);
  return { region, ...toBaseUrls(region) };
}

/** @throws AppError `input` when the value is there and no string */
function textOf(table: JsonRecord, key: string): string {
  const value = Object.hasOwn(table, key) ? table[key] : undefined;
  if (value !== undefined && typeof value !== 'string') {
    throw errors.input(`A value is not a text: ${key}`);
  }
  return value?.trim() ?? '';
}

/** The file's text, undefined when there is none. Never more than a megabyte is read, whatever the file is. */
async function readConfig(path: string): Promise<string | undefined> {
  try {
    // Before it is opened: opening a pipe would wait for somebody to write.
    const status = await stat(path);
    if (!status.isFile() || status.size > maxFileBytes) {
      throw errors.input(
        'The profiles of the Genesys Cloud CLI are not read: no ordinary file of at most 1 MB: ~/.gc/config.toml',
      );
    }
    const file = await open(path, 'r');
    try {
      const buffer = Buffer.alloc(maxFileBytes);
      const { bytesRead } = await file.read(buffer, 0, maxFileBytes, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isAppError(error)) {
      throw error;
    }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      return undefined;
    }
    throw errors.storage(
      `The profiles of the Genesys Cloud CLI cannot be read; check the permissions of ~/.gc/config.toml: ${code}`,
    );
  }
}
