/** Proof Key for Code Exchange: the secret of one sign-in and what may be shown of it. @see RFC 7636 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A fresh verifier or state: 43 characters out of `A–Z a–z 0–9 - _`, 256 random bits. */
export function createVerifier(): string {
  return randomBytes(32).toString('base64url');
}

/** The S256 challenge of a verifier: base64url of its SHA-256, without padding. */
export function toChallenge(verifier: string): string {
  return createHash('sha256').update(verifier, 'ascii').digest('base64url');
}

/** Compares secrets in a time that tells nothing of them but the length of their encoding. */
export function isSameSecret(expected: string, given: string): boolean {
  const [a, b] = [expected, given].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
