/** Small answers: organisation, transcript links, lists of named entities. */
import {
  asArray,
  asRecord,
  asString,
  isRecord,
  listOf,
  optional,
  parseJson,
  required,
} from '../../base/decode.ts';
import {
  parseOrganisationId,
  parseRecordingId,
  parseUserId,
  type IdParser,
  type UserId,
} from '../../model/ids.ts';
import type { NamedEntry, Organisation, TranscriptLink } from '../genesysApi.ts';
import { asId, asLink, asReference, linkExpiresAtMs, optionalEntityId } from './fields.ts';

/** @see Organization */
export function decodeOrganisation(text: string): Organisation {
  const record = asRecord(parseJson(text, 'the organisation'), '');
  return {
    id: required(record, 'id', '', asId(parseOrganisationId)),
    name: optional(record, 'name', '', asString) ?? '',
  };
}

/** @see UserMe */
export function decodePerson(text: string): NamedEntry<UserId> {
  const record = asRecord(parseJson(text, 'the person'), '');
  return {
    id: required(record, 'id', '', asId(parseUserId)),
    name: optional(record, 'name', '', asString) ?? '',
  };
}

/** `{ urls: [{ recording: { id }, url }] }`; entries without a link are not ready. @see TranscriptUrls */
export function decodeTranscriptUrls(text: string): readonly TranscriptLink[] {
  const record = asRecord(parseJson(text, 'the transcript links'), '');
  return listOf(record, 'urls', '', (value, path) => {
    const entry = asRecord(value, path);
    const url = optional(entry, 'url', path, asLink);
    return url === undefined
      ? undefined
      : {
          url,
          recordingId: optionalEntityId(entry, 'recording', path, parseRecordingId),
          expiresAtMs: linkExpiresAtMs(url),
        };
  }).filter((link) => link !== undefined);
}

/** `{ url }`. @see TranscriptUrl */
export function decodeTranscriptUrl(text: string): readonly TranscriptLink[] {
  const record = asRecord(parseJson(text, 'the transcript link'), '');
  const url = optional(record, 'url', '', asLink);
  return url === undefined
    ? []
    : [{ url, recordingId: undefined, expiresAtMs: linkExpiresAtMs(url) }];
}

/**
 * Entities with id and name of a list (`entities`) or a search (`results`); those without either are left out.
 * @see QueueEntityListing, UserEntityListing, WrapupCodeEntityListing, UsersSearchResponse
 */
export function decodeNamedEntries<Id>(
  text: string,
  key: 'entities' | 'results',
  parse: IdParser<Id>,
): readonly NamedEntry<Id>[] {
  const record = asRecord(parseJson(text, 'the list'), '');
  const decodeId = asReference(parse);
  return asArray(record[key] ?? [], key)
    .filter(isRecord)
    .flatMap((entity, index) => {
      const id = decodeId(entity['id'], `${key}[${String(index)}].id`);
      const name = entity['name'];
      return id === undefined || typeof name !== 'string' || name.trim() === ''
        ? []
        : [{ id, name }];
    });
}
