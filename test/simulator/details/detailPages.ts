/** What tests may do to answers that carry details: pages that are too large, and conversations that make no sense. */
import type { Models } from 'purecloud-platform-client-v2';

import { ApiError } from '../http/apiError.ts';

/** `wrongTypes` keeps the id and spoils the rest; `withoutId` loses the id; `notAnObject` is a text in place of everything. */
export const detailSpoils = ['wrongTypes', 'withoutId', 'notAnObject'] as const;
export type DetailSpoil = (typeof detailSpoils)[number];

export class DetailPages {
  /** A page with more conversations is answered 413. */
  maximumConversations = Number.POSITIVE_INFINITY;
  private readonly spoils = new Map<string, DetailSpoil>();

  /** From now on every answer has this conversation in a form that nobody can decode. */
  spoilConversation(conversationId: string, spoil: DetailSpoil): void {
    this.spoils.set(conversationId, spoil);
  }

  clear(): void {
    this.spoils.clear();
    this.maximumConversations = Number.POSITIVE_INFINITY;
  }

  /** @throws ApiError 413 */
  refuseTooLarge(conversationCount: number): void {
    if (conversationCount > this.maximumConversations) {
      throw new ApiError(
        413,
        'payload.too.large',
        'The response payload is too large. Use a smaller page size.',
      );
    }
  }

  /** The same detail, or, when ordered, a spoilt one that only claims to be a detail. */
  spoil<Detail extends Models.AnalyticsConversationWithoutAttributes>(detail: Detail): Detail {
    const spoil = this.spoils.get(detail.conversationId ?? '');
    if (spoil === undefined) {
      return detail;
    }
    return JSON.parse(JSON.stringify(spoilt(spoil, detail)));
  }
}

function spoilt(
  spoil: DetailSpoil,
  detail: Models.AnalyticsConversationWithoutAttributes,
): unknown {
  const { conversationId, ...rest } = detail;
  switch (spoil) {
    case 'wrongTypes':
      return { ...rest, conversationId, conversationStart: 17, participants: 'none' };
    case 'withoutId':
      return rest;
    case 'notAnObject':
      return `conversation ${conversationId ?? ''}`;
  }
}
