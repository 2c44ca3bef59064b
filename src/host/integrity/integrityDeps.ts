/** What verification and repair need of the services. No behaviour. */
import type { Archives } from '../archives/archives.ts';
import type { Services } from '../services.ts';

export type IntegrityDeps = Pick<
  Services,
  'settings' | 'sessions' | 'clock' | 'log' | 'extensionUri' | 'globalState'
> & { readonly archives: Archives };
