/** What flows and scripts stored about the customer: the attributes that only asynchronous jobs tell. */
import type { ConversationPlan } from './conversationPlan.ts';
import { createRandom } from './random.ts';

const tiers = ['standard', 'silver', 'gold', 'platinum'];

/** Only the customer has any. The same plan gives the same attributes. */
export function planAttributes(
  plan: ConversationPlan,
  participantId: string,
): Readonly<Record<string, string>> {
  if (participantId !== plan.customer.participantId) {
    return {};
  }
  const random = createRandom(`attributes of ${plan.conversationId}`);
  return {
    'customer.tier': random.pick(tiers),
    'customer.number': String(random.int(100_000, 999_999)),
    'flow.language': random.chance(0.9) ? 'en-US' : 'es-US',
    'flow.reason': plan.topic,
    ...(plan.flow !== undefined && { 'flow.name': plan.flow.name }),
    ...(plan.externalTag !== undefined && { 'case.number': plan.externalTag }),
    // A script that stores a whole form is cut by the platform.
    ...(random.chance(0.02) && {
      'script.form': `{"notes":"${'caller asked again; '.repeat(80)}"}`,
    }),
  };
}
