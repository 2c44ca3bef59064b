/** The regions a person can pick from, best guess first, and what they typed when it is none of them: pure. */
import { findRegion, regions, resolveRegion } from '../../genesys/regions.ts';
import type { Localiser } from '../ports/localiser.ts';

export interface RegionChoice {
  readonly label: string;
  readonly description: string;
  readonly domain: string;
}

/**
 * Choices for the text typed so far: the preferred domains first, then all known regions; last, the typed text itself when it
 * names a region that is not in the list.
 */
export function listRegionChoices(
  preferredDomains: readonly string[],
  typed: string,
  l10n: Localiser,
): readonly RegionChoice[] {
  const domains = [...new Set([...preferredDomains, ...regions.map(({ domain }) => domain)])];
  const choices = domains.map((domain) => toChoice(domain, l10n));
  const other = resolveTyped(typed);
  return other === undefined || domains.includes(other)
    ? choices
    : [...choices, toChoice(other, l10n)];
}

/** The domain that the text means, or undefined when it is not (yet) one. One word is a search, not a domain. */
export function resolveTyped(typed: string): string | undefined {
  try {
    const domain = resolveRegion(typed);
    return domain.includes('.') ? domain : undefined;
  } catch {
    return undefined;
  }
}

function toChoice(domain: string, l10n: Localiser): RegionChoice {
  const region = findRegion(domain);
  return region === undefined
    ? { label: l10n.t('Other Region'), description: domain, domain }
    : { label: region.label, description: `${domain} · ${region.awsRegion}`, domain };
}
