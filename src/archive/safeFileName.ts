/** File names that somebody outside has chosen, made safe for every file system, and told apart. Pure. */
import { createHash } from 'node:crypto';
import { isSafeName } from '../model/ids.ts';

/** Leaves room for what is added to it while the file is written. */
const maxLength = 100;
const maxExtensionLength = 16;

/** What the archive itself writes: such a name would be taken for something else by verification or by sweeping up. */
const ownSuffix = /\.(?:gz|zst|partial|dat)$|\.partial\.json$/iu;

/**
 * A safe name as much like the given one as can be: the last segment of a path, letters without accents, anything else but `.`,
 * `_` and `-` as `_`. Never throws.
 */
export function toSafeFileName(name: string, fallback = 'file'): string {
  const last = name.split(/[\\/]/u).at(-1) ?? '';
  const plain = last
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/gu, '_')
    .replace(/^[^A-Za-z0-9]+/u, '')
    .replace(/[._-]+$/u, '');
  const dot = plain.lastIndexOf('.');
  const hasExtension = dot > 0 && plain.length - dot <= maxExtensionLength;
  const stem = hasExtension ? plain.slice(0, dot) : plain;
  const extension = hasExtension ? plain.slice(dot) : '';
  const short = stem.slice(0, maxLength - extension.length) + extension;
  const unlike = ownSuffix.test(short) ? `${short}.file` : short;
  return isSafeName(unlike) ? unlike : `${fallback}-${unlike}`.replace(/-$/u, '');
}

/** The name with a part that only this key gives, before its extension. */
export function withDiscriminator(safeName: string, key: string): string {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 8);
  const dot = safeName.lastIndexOf('.');
  return dot > 0
    ? `${safeName.slice(0, dot)}-${hash}${safeName.slice(dot)}`
    : `${safeName}-${hash}`;
}
