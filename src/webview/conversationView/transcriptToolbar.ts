/** The line above the transcript: whose phrases, search, follow, and how the text is moved against the sound. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ConversationController } from './conversationController.ts';
import { toolButton } from './buttons.ts';
import { summaryPanel } from './summaryPanel.ts';
import { roleFilters, type RoleFilter } from './viewState.ts';

export interface ToolbarOptions {
  readonly controller: ConversationController;
  readonly isOffsetShown: boolean;
  readonly onToggleOffset: () => void;
  readonly onFilter: (filter: RoleFilter) => void;
  readonly onSearch: (text: string) => void;
  readonly onStepMatch: (direction: 1 | -1) => void;
  readonly onLeaveSearch: () => void;
  readonly onToggleFollow: () => void;
}

const filterLabels: Readonly<Record<RoleFilter, string>> = {
  all: 'All',
  agent: 'Agent',
  customer: 'Customer',
  system: 'System',
};

export function transcriptToolbar(options: ToolbarOptions): TemplateResult {
  const { view, hasRecording, list } = options.controller;
  const hasWords = list.rows.some(({ phrase }) => phrase.words.length > 0);
  return html`<div class="tools" role="toolbar" aria-label="Transcript">
      <div class="filters" role="group" aria-label="Speakers">
        ${roleFilters.map(
          (filter) =>
            html`<button
              type="button"
              class="filter"
              aria-pressed=${String(filter === view.roleFilter)}
              @click=${(): void => {
                options.onFilter(filter);
              }}
            >
              ${filterLabels[filter]}
            </button>`,
        )}
      </div>
      <span class="grow"></span>
      ${searchField(options)}
      ${
        hasWords
          ? toolButton({
              icon: 'symbol-color',
              label: 'Shade words by confidence',
              shortcut: 'C',
              isPressed: view.isShadingConfidence,
              onClick: () => {
                options.controller.change({ isShadingConfidence: !view.isShadingConfidence });
              },
            })
          : nothing
      }
      ${
        hasRecording
          ? html`${toolButton({
              icon: 'history',
              label: 'Move text against sound',
              isPressed: options.isOffsetShown,
              onClick: options.onToggleOffset,
            })}
            ${toolButton({
              icon: 'target',
              label: 'Follow the sound',
              shortcut: 'F',
              isPressed: view.isFollowing,
              onClick: options.onToggleFollow,
            })}`
          : nothing
      }
      ${
        hasRecording
          ? toolButton({
              icon: 'graph',
              label: 'Summary',
              shortcut: 'U',
              isPressed: view.isSummaryShown,
              onClick: () => {
                options.controller.change({ isSummaryShown: !view.isSummaryShown });
              },
            })
          : nothing
      }
      ${toolButton({
        icon: 'export',
        label: 'Export the transcript',
        shortcut: 'D',
        onClick: () => {
          options.controller.export('transcript');
        },
      })}
    </div>
    ${options.isOffsetShown ? offsetRow(options.controller) : nothing}
    ${hasRecording && view.isSummaryShown ? summaryPanel(options.controller.talk) : nothing}`;
}

function searchField(options: ToolbarOptions): TemplateResult {
  const {
    view,
    hasRecording,
    list: { matches, matchNumber },
  } = options.controller;
  const isSearching = view.searchText.trim() !== '';
  const count =
    matches.length === 0 ? 'No results' : `${String(matchNumber + 1)} of ${String(matches.length)}`;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      event.preventDefault();
      options.onStepMatch(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      options.onLeaveSearch();
    }
  };
  return html`<div class="search">
    <input
      class="search-text"
      type="text"
      spellcheck="false"
      placeholder="Search"
      aria-label=${hasRecording ? 'Search the transcript' : 'Search the messages'}
      .value=${view.searchText}
      @input=${(event: Event): void => {
        if (event.currentTarget instanceof HTMLInputElement) {
          options.onSearch(event.currentTarget.value);
        }
      }}
      @keydown=${onKeyDown}
    />
    ${
      isSearching
        ? html`<span class="count ${matches.length === 0 ? 'none' : ''}" role="status"
            >${count}</span
          >`
        : nothing
    }
    ${toolButton({
      icon: 'arrow-up',
      label: 'Previous match',
      shortcut: 'Shift+Enter',
      isDisabled: matches.length === 0,
      onClick: () => {
        options.onStepMatch(-1);
      },
    })}
    ${toolButton({
      icon: 'arrow-down',
      label: 'Next match',
      shortcut: 'Enter',
      isDisabled: matches.length === 0,
      onClick: () => {
        options.onStepMatch(1);
      },
    })}
  </div>`;
}

function offsetRow(controller: ConversationController): TemplateResult {
  const move = (byMs: number) => (): void => {
    controller.setOffset(controller.clock.offsetMs + byMs);
  };
  return html`<div class="offset" role="group" aria-label="Move text against sound">
    <span>Text comes</span>
    ${toolButton({ icon: 'remove', label: '100 ms earlier', onClick: move(-100) })}
    <input
      class="offset-ms"
      type="number"
      step="50"
      aria-label="Milliseconds later than the platform says"
      .value=${String(controller.clock.offsetMs)}
      @change=${(event: Event): void => {
        if (event.currentTarget instanceof HTMLInputElement) {
          controller.setOffset(Number(event.currentTarget.value) || 0);
        }
      }}
    />
    ${toolButton({ icon: 'add', label: '100 ms later', onClick: move(100) })}
    <span>ms later than the platform says</span>
    ${toolButton({
      icon: 'discard',
      label: 'Back to the platform’s times',
      isDisabled: controller.clock.offsetMs === 0,
      onClick: () => {
        controller.setOffset(0);
      },
    })}
    ${
      controller.offsetProblem === undefined
        ? nothing
        : html`<span class="problem" role="status">${controller.offsetProblem}</span>`
    }
  </div>`;
}
