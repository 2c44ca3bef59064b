/** Who a transcript's roles stand for. The set of roles is open: the platform may send others. */
import type { SpeakerRole } from '../model/transcript.ts';

/** Agent side, customer side, or a machine of the organisation (queue announcements, IVR, bots). */
export type SpeakerSide = 'agent' | 'customer' | 'system';

const known: ReadonlyMap<string, { readonly side: SpeakerSide; readonly label: string }> = new Map([
  ['internal', { side: 'agent', label: 'Agent' }],
  ['agent', { side: 'agent', label: 'Agent' }],
  ['user', { side: 'agent', label: 'User' }],
  ['external', { side: 'customer', label: 'Customer' }],
  ['customer', { side: 'customer', label: 'Customer' }],
  ['acd', { side: 'system', label: 'Queue' }],
  ['ivr', { side: 'system', label: 'IVR' }],
  ['bot', { side: 'system', label: 'Bot' }],
  ['workflow', { side: 'system', label: 'Workflow' }],
  ['voicemail', { side: 'system', label: 'Voicemail' }],
]);

/** Roles that nobody knows count as machines, so that they are never shown as a person's words. */
export function sideOf(role: SpeakerRole): SpeakerSide {
  return known.get(role.toLowerCase())?.side ?? 'system';
}

/** What to call a role when the speaker's name is not known: `Agent`, `Customer`, `Queue`, …, else the role itself. */
export function labelOf(role: SpeakerRole): string {
  return known.get(role.toLowerCase())?.label ?? (role === '' ? 'Unknown' : role);
}
