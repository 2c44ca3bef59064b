/** Where Genesys Cloud lives: its regions, their hosts, and overrides of them. Knows nothing of requests. */
import { errors } from '../base/appError.ts';
import type { ConversationId } from '../model/ids.ts';

export interface Region {
  /** Name of the AWS region, such as `eu-west-1`. */
  readonly awsRegion: string;
  /** What the hosts are made of: `api.{domain}`, `login.{domain}`, `apps.{domain}`. */
  readonly domain: string;
  readonly label: string;
}

/** The regions known when this was written, in the order people look for them. Others can be typed in. */
export const regions: readonly Region[] = [
  { awsRegion: 'us-east-1', domain: 'mypurecloud.com', label: 'Americas (US East)' },
  {
    awsRegion: 'us-east-2',
    domain: 'use2.us-gov-pure.cloud',
    label: 'Americas (US East 2, FedRAMP)',
  },
  { awsRegion: 'us-west-2', domain: 'usw2.pure.cloud', label: 'Americas (US West)' },
  { awsRegion: 'ca-central-1', domain: 'cac1.pure.cloud', label: 'Americas (Canada)' },
  { awsRegion: 'mx-central-1', domain: 'mxc1.pure.cloud', label: 'Americas (Mexico)' },
  { awsRegion: 'sa-east-1', domain: 'sae1.pure.cloud', label: 'Americas (Sao Paulo)' },
  { awsRegion: 'eu-west-1', domain: 'mypurecloud.ie', label: 'EMEA (Ireland)' },
  { awsRegion: 'eu-west-2', domain: 'euw2.pure.cloud', label: 'EMEA (London)' },
  { awsRegion: 'eu-central-1', domain: 'mypurecloud.de', label: 'EMEA (Frankfurt)' },
  { awsRegion: 'eu-central-2', domain: 'euc2.pure.cloud', label: 'EMEA (Zurich)' },
  {
    awsRegion: 'eusc-de-east-1',
    domain: 'edee1.eusc-pure.cloud',
    label: 'EMEA (AWS European Sovereign Cloud, Germany)',
  },
  { awsRegion: 'me-central-1', domain: 'mec1.pure.cloud', label: 'EMEA (UAE)' },
  { awsRegion: 'ap-south-1', domain: 'aps1.pure.cloud', label: 'Asia Pacific (Mumbai)' },
  { awsRegion: 'ap-southeast-1', domain: 'apse1.pure.cloud', label: 'Asia Pacific (Singapore)' },
  { awsRegion: 'ap-southeast-2', domain: 'mypurecloud.com.au', label: 'Asia Pacific (Sydney)' },
  { awsRegion: 'ap-northeast-1', domain: 'mypurecloud.jp', label: 'Asia Pacific (Tokyo)' },
  { awsRegion: 'ap-northeast-2', domain: 'apne2.pure.cloud', label: 'Asia Pacific (Seoul)' },
  { awsRegion: 'ap-northeast-3', domain: 'apne3.pure.cloud', label: 'Asia Pacific (Osaka)' },
];

const domainPattern =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/u;

/**
 * The domain that a person meant: a domain, an AWS region (`eu-west-1`, `eu_west_1`), or an address of the region with
 * protocol, path and a leading `api.`, `login.` or `apps.`. Unknown domains pass, since new regions keep appearing.
 * @throws AppError `input` when it is neither.
 */
export function resolveRegion(text: string): string {
  const host = text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//u, '')
    .replace(/[/?#].*$/u, '')
    .replace(/^(?:api|login|apps)\./u, '');
  const known = regions.find(({ awsRegion }) => awsRegion === host.replaceAll('_', '-'));
  if (known !== undefined) {
    return known.domain;
  }
  if (!domainPattern.test(host)) {
    throw errors.input(
      'Not a Genesys Cloud region: give a domain such as mypurecloud.de or an AWS region such as eu-central-1',
    );
  }
  return host;
}

/** The known region of a domain, for its label. */
export function findRegion(domain: string): Region | undefined {
  return regions.find((region) => region.domain === domain);
}

export interface BaseUrls {
  /** Without a slash at the end. */
  readonly apiBaseUrl: string;
  readonly loginBaseUrl: string;
}

/**
 * Where to send requests of a region. Empty overrides count as absent.
 * @throws AppError `input` when an override is not an https address (http only on this machine) without credentials and query.
 */
export function toBaseUrls(
  domain: string,
  overrides: { readonly apiBaseUrl?: string; readonly loginBaseUrl?: string } = {},
): BaseUrls {
  return {
    apiBaseUrl: parseOverride(overrides.apiBaseUrl) ?? `https://api.${domain}`,
    loginBaseUrl: parseOverride(overrides.loginBaseUrl) ?? `https://login.${domain}`,
  };
}

function parseOverride(text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') {
    return undefined;
  }
  const url = URL.parse(trimmed);
  if (url === null) {
    throw errors.input('An override of a base URL must be a full address with https://');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw errors.input(
      'An override of a base URL must not hold credentials, a query or a fragment',
    );
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw errors.input(
      'An override of a base URL must use https; http is allowed for this machine only (localhost, 127.0.0.1)',
    );
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/u, '');
}

/** True for names and addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/u.test(hostname);
}

/**
 * Address of a conversation in Genesys Cloud's own pages, from a template with `{domain}` and `{conversationId}`.
 * @throws AppError `input` when the template makes no https address.
 */
export function toDeepLink(
  template: string,
  target: { readonly domain: string; readonly conversationId: ConversationId },
): string {
  const link = template
    .replaceAll('{domain}', target.domain)
    .replaceAll('{conversationId}', encodeURIComponent(target.conversationId));
  if (URL.parse(link)?.protocol !== 'https:') {
    throw errors.input(
      'The deep link template must make an https address; check the setting genesysArchive.deepLinkTemplate',
    );
  }
  return link;
}
