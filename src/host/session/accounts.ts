/** Who is signed in, what it takes to sign in, and how both are kept as one secret. Pure: knows neither storage nor network. */
import { errors } from '../../base/appError.ts';
import {
  asRecord,
  asString,
  at,
  optional,
  parseJson,
  required,
  type JsonRecord,
} from '../../base/decode.ts';
import { resolveRegion, toBaseUrls } from '../../genesys/regions.ts';
import type { Organisation } from '../../genesys/genesysApi.ts';
import { parseOrganisationId } from '../../model/ids.ts';

export interface Account {
  /** Stable for an organisation, client and, when one signed in, person. */
  readonly id: string;
  /** The organisation's name, behind the person's when one signed in: `Ada Example · Acme`. */
  readonly label: string;
  /** The region's domain, such as `mypurecloud.de`. */
  readonly region: string;
  /** Without a slash at the end. */
  readonly apiBaseUrl: string;
  readonly loginBaseUrl: string;
  readonly clientId: string;
  readonly organisation: Organisation;
  /** Who signed in with a browser; undefined for client credentials. */
  readonly person?: Person | undefined;
}

export interface Person {
  readonly id: string;
  readonly name: string;
}

/** What a sign-in needs. Never logged. */
export interface Credentials {
  readonly region: string;
  readonly apiBaseUrl: string;
  readonly loginBaseUrl: string;
  readonly clientId: string;
  /** Undefined for the client of people who sign in with a browser (authorization code with PKCE). */
  readonly clientSecret?: string | undefined;
}

export interface SignInDefaults {
  /** Domain or AWS region, for arguments that name none. */
  readonly region: string;
  /** Overrides from the settings; empty for none. */
  readonly apiBaseUrl: string;
  readonly loginBaseUrl: string;
  /** Whether arguments may name base URLs. */
  readonly isTrusted: boolean;
}

const maxFieldLength = 512;

/** A client id or secret as a person pastes it: trimmed, one line. @throws AppError `input` */
export function parseCredential(value: string, what: string): string {
  const text = value.trim();
  if (text === '' || text.length > maxFieldLength || /[\p{Cc}\s]/u.test(text)) {
    throw errors.input(`Not a usable ${what}: paste it as the OAuth client's page shows it`);
  }
  return text;
}

/**
 * Decodes the argument of the sign-in command: `{region?, apiBaseUrl?, loginBaseUrl?, clientId, clientSecret}`.
 * Base URLs of the argument win over those of the settings.
 * @throws AppError `input` when it is anything else, or names base URLs in an untrusted workspace.
 */
export function decodeSignInArguments(value: unknown, defaults: SignInDefaults): Credentials {
  let args: { readonly [K in ArgumentName]: string | undefined };
  try {
    const record = asRecord(value, '');
    args = {
      region: field(record, 'region'),
      apiBaseUrl: field(record, 'apiBaseUrl'),
      loginBaseUrl: field(record, 'loginBaseUrl'),
      clientId: field(record, 'clientId'),
      clientSecret: field(record, 'clientSecret'),
    };
  } catch {
    throw errors.input(
      'Not a usable sign-in argument: give an object of strings with clientId and clientSecret, and optionally region, apiBaseUrl and loginBaseUrl',
    );
  }
  if (!defaults.isTrusted && (args.apiBaseUrl !== undefined || args.loginBaseUrl !== undefined)) {
    throw errors.input(
      'Base URL overrides are taken only in a trusted workspace: trust this workspace, or leave apiBaseUrl and loginBaseUrl out',
    );
  }
  const region = resolveRegion(args.region ?? defaults.region);
  return {
    region,
    ...toBaseUrls(region, {
      apiBaseUrl: args.apiBaseUrl ?? defaults.apiBaseUrl,
      loginBaseUrl: args.loginBaseUrl ?? defaults.loginBaseUrl,
    }),
    clientId: parseCredential(args.clientId ?? '', 'client id'),
    clientSecret: parseCredential(args.clientSecret ?? '', 'client secret'),
  };
}

type ArgumentName = 'region' | 'apiBaseUrl' | 'loginBaseUrl' | 'clientId' | 'clientSecret';

function field(record: JsonRecord, key: ArgumentName): string | undefined {
  const text = optional(record, key, '', asString)?.trim();
  return text === '' ? undefined : text;
}

export interface StoredSignIn {
  readonly credentials: Credentials;
  readonly organisation: Organisation;
  readonly person?: Person | undefined;
}

/** The account that a sign-in makes. */
export function toAccount({ credentials, organisation, person }: StoredSignIn): Account {
  const { region, apiBaseUrl, loginBaseUrl, clientId } = credentials;
  const ids = [organisation.id, clientId, ...(person === undefined ? [] : [person.id])];
  return {
    id: ids.join('/'),
    label: person === undefined ? organisation.name : `${person.name} · ${organisation.name}`,
    region,
    apiBaseUrl,
    loginBaseUrl,
    clientId,
    organisation,
    person,
  };
}

/** True when both are the same sign-in, or both none. */
export function isSameSignIn(a: StoredSignIn | undefined, b: StoredSignIn | undefined): boolean {
  if (a === undefined || b === undefined) {
    return a === b;
  }
  return encodeSignIn(a) === encodeSignIn(b);
}

const storedVersion = 1;

/** The text that goes into the secret storage; equal for equal sign-ins. */
export function encodeSignIn({ credentials, organisation, person }: StoredSignIn): string {
  const { region, apiBaseUrl, loginBaseUrl, clientId, clientSecret } = credentials;
  return JSON.stringify({
    version: storedVersion,
    credentials: { region, apiBaseUrl, loginBaseUrl, clientId, clientSecret },
    organisation: { id: organisation.id, name: organisation.name },
    person: person === undefined ? undefined : { id: person.id, name: person.name },
  });
}

/** @throws AppError when the text is not what `encodeSignIn` made. */
export function decodeSignIn(text: string): StoredSignIn {
  const record = asRecord(parseJson(text, 'the stored sign-in'), '');
  if (record['version'] !== storedVersion) {
    throw errors.unsupported('The stored sign-in was made by another version: sign in again');
  }
  const person = optional(record, 'person', '', decodePerson);
  return {
    credentials: required(record, 'credentials', '', decodeCredentials),
    organisation: required(record, 'organisation', '', decodeOrganisation),
    ...(person !== undefined && { person }),
  };
}

function decodeCredentials(value: unknown, path: string): Credentials {
  const record = asRecord(value, path);
  const region = resolveRegion(required(record, 'region', path, asString));
  const clientSecret = optional(record, 'clientSecret', path, asString);
  return {
    region,
    ...toBaseUrls(region, {
      apiBaseUrl: required(record, 'apiBaseUrl', path, asString),
      loginBaseUrl: required(record, 'loginBaseUrl', path, asString),
    }),
    clientId: parseCredential(required(record, 'clientId', path, asString), 'client id'),
    ...(clientSecret !== undefined && {
      clientSecret: parseCredential(clientSecret, 'client secret'),
    }),
  };
}

function decodePerson(value: unknown, path: string): Person {
  const record = asRecord(value, path);
  return {
    id: required(record, 'id', path, asString),
    name: required(record, 'name', path, asString),
  };
}

function decodeOrganisation(value: unknown, path: string): Organisation {
  const record = asRecord(value, path);
  return {
    id: parseOrganisationId(asString(record['id'], at(path, 'id'))),
    name: required(record, 'name', path, asString),
  };
}
