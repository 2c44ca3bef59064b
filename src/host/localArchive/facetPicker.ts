/** Narrows a search by a queue, agent, medium, day or wrap-up code that a person picks. */
import * as vscode from 'vscode';
import type { FacetsMessage } from '../../protocol/catalogue.ts';
import type { CatalogueService } from './catalogueService.ts';
import { withFilter, type FacetField } from './searchText.ts';

const facetFields: readonly { readonly field: FacetField; readonly key: keyof FacetsMessage }[] = [
  { field: 'queue', key: 'queues' },
  { field: 'agent', key: 'agents' },
  { field: 'media', key: 'media' },
  { field: 'day', key: 'days' },
  { field: 'wrapup', key: 'wrapUps' },
];

/** @returns the query narrowed by what was picked; undefined when the person turned away. */
export async function pickFacet(
  catalogue: CatalogueService,
  text: string,
): Promise<string | undefined> {
  const stop = new AbortController();
  const items = async (): Promise<(vscode.QuickPickItem & { readonly narrowed?: string })[]> => {
    const facets = await catalogue.request('readFacets', { query: text }, stop.signal);
    return facetFields.flatMap(({ field, key }) => {
      const values = facets[key];
      return typeof values === 'number' || values.length === 0
        ? []
        : [
            { label: facetTitle(field), kind: vscode.QuickPickItemKind.Separator },
            ...values.map((value) => ({
              label: value.name === '' ? value.id : value.name,
              description: value.conversationCount.toLocaleString(),
              narrowed: withFilter(text, field, value),
            })),
          ];
    });
  };
  try {
    const picked = await vscode.window.showQuickPick(items(), {
      title: vscode.l10n.t('Narrow the Search'),
      placeHolder: vscode.l10n.t('Conversations by queue, agent, media, day and wrap-up code'),
    });
    return picked?.narrowed;
  } finally {
    stop.abort();
  }
}

function facetTitle(field: FacetField): string {
  switch (field) {
    case 'queue':
      return vscode.l10n.t('Queues');
    case 'agent':
      return vscode.l10n.t('Agents');
    case 'media':
      return vscode.l10n.t('Media');
    case 'day':
      return vscode.l10n.t('Days (UTC)');
    case 'wrapup':
      return vscode.l10n.t('Wrap-up Codes');
  }
}
