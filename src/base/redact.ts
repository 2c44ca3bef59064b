/**
 * Takes secrets and personal data out of what is about to be logged: tokens, client secrets, signed links, e-mail addresses,
 * phone numbers, transcript text. It errs on the side of hiding; ids (UUIDs), times and sizes stay readable.
 */
import { isAppError } from './appError.ts';
import type { LogFields } from './log.ts';

const hidden = '[redacted]';
const maxStringLength = 2_000;
const maxItemCount = 20;
const maxDepth = 5;

const uuid = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/giu;

/** Names of fields whose strings are never shown, whatever they hold. */
const secretName =
  /secret|token|password|passphrase|authori[sz]ation|cookie|signature|credential|api-?key|verifier|^code$/iu;
const personalName =
  /^(?:ani|dnis|address(?:from|to|self|other)?|remote|e-?mail|phone(?:number)?|callerid|participantname|text|transcript|phrase|word|subject|body)$/iu;

const patterns: readonly (readonly [RegExp, string])[] = [
  // The user-info, query and fragment of a URL: signed links carry their signature there.
  [/(https?:\/\/)[^\s/?#"'<>@]+@/giu, '$1'],
  [/(https?:\/\/[^\s?#"'<>]*)[?#][^\s"'<>]*/giu, `$1?${hidden}`],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+/giu, `$1 ${hidden}`],
  // name=value and "name": "value", as in form bodies and quoted JSON.
  [
    /((?:access_token|refresh_token|id_token|client_secret|clientSecret|accessToken|refreshToken|password|code_verifier|authorization|signature|key-pair-id|policy|x-amz-[a-z-]+)["']?\s*[=:]\s*["']?)(?!\[redacted\]|Bearer \[|Basic \[)[^\s"'&,;}]+/giu,
    `$1${hidden}`,
  ],
  [/\b(sips?|tel|mailto):[^\s"'<>,;]+/giu, `$1:${hidden}`],
  [/[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/giu, hidden],
  [/\+\d[\d\s().-]{5,20}\d/gu, hidden],
  [/(?<![\d.])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)/gu, hidden],
  [/(?<![\d.:])\d{10,15}(?!\d)/gu, hidden],
  // Long opaque strings with a digit: tokens, keys, hashes. Words, paths and identifiers have separators or no digit.
  [/(?<![A-Za-z0-9_-])(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{32,}={0,2}/gu, hidden],
];

/** The text without secrets and personal data, on one line, at most about 2 000 characters. */
export function redactText(text: string): string {
  const short =
    text.length > maxStringLength
      ? `${text.slice(0, maxStringLength)}… (${String(text.length)} characters)`
      : text;
  // A UUID is an id, not a secret; its digits must not be taken for a phone number. URLs lose their query before the split,
  // so that an id inside a signed query does not end the pattern early.
  const withoutQueries = patterns
    .slice(0, 4)
    .reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), short);
  return withoutQueries
    .split(uuid)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : patterns
            .slice(4)
            .reduce(
              (current, [pattern, replacement]) => current.replace(pattern, replacement),
              part,
            ),
    )
    .join('')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

/** Fields as plain JSON values without secrets; errors become `{name, code, message, details, cause}`. Never throws. */
export function redactFields(fields: LogFields): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, redactValue(key, value, 0)]),
  );
}

function redactValue(name: string, value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return secretName.test(name) || personalName.test(name) ? hidden : redactText(value);
  }
  if (typeof value === 'bigint' || typeof value === 'symbol') {
    return String(value);
  }
  if (typeof value === 'function') {
    return '[function]';
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (depth >= maxDepth) {
    return '[…]';
  }
  if (value instanceof Error) {
    return redactError(value, depth);
  }
  if (value instanceof Uint8Array) {
    return `[${String(value.byteLength)} bytes]`;
  }
  return redactContainer(name, value, depth);
}

function redactContainer(name: string, value: object, depth: number): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const shown = items.slice(0, maxItemCount).map((item) => redactValue(name, item, depth + 1));
    return items.length > maxItemCount
      ? [...shown, `… ${String(items.length - maxItemCount)} more`]
      : shown;
  }
  const isSecret = secretName.test(name);
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, maxItemCount)
      .map(([key, item]: [string, unknown]) => [
        key,
        redactValue(isSecret ? name : key, item, depth + 1),
      ]),
  );
}

/** Only what we know to be safe: foreign errors (HTTP clients) carry requests with headers in their own properties. */
function redactError(error: Error, depth: number): unknown {
  const isKnown = isAppError(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const details = isKnown && Object.keys(error.details).length > 0 ? error.details : undefined;
  const wantsStack = !isKnown || error.code === 'bug';
  return {
    name: error.name,
    ...(code === undefined ? {} : { code }),
    message: redactText(error.message),
    ...(details === undefined ? {} : { details: redactContainer('details', details, depth + 1) }),
    ...(wantsStack && error.stack !== undefined
      ? { stack: redactText(error.stack.split('\n').slice(1, 9).join('\n')) }
      : {}),
    ...(error.cause === undefined ? {} : { cause: redactValue('cause', error.cause, depth + 1) }),
  };
}
