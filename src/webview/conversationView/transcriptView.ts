/**
 * The transcript as a virtual list: only the phrases in sight exist. Shows what is spoken, follows it, and tells where the person
 * wants to go. Text of phrases only ever becomes text nodes.
 */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { classMap } from 'lit/directives/class-map.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { createRef, ref } from 'lit/directives/ref.js';
import type { ActivePhrase } from '../../transcript/phraseIndex.ts';
import type { Message } from '../../model/message.ts';
import type { AttachmentSnapshot } from '../../protocol/conversationView.ts';
import { ScopedElement } from '../shared/scopedElement.ts';
import type { Scope } from '../shared/scope.ts';
import { controlStyles } from './buttons.ts';
import { messageBody } from './messageRow.ts';
import { messageStyles } from './messageStyles.ts';
import { createTokens } from './phraseTokens.ts';
import { rowOfPhrase, shownSearch, type TranscriptRow } from './transcriptRows.ts';
import { transcriptStyles } from './transcriptStyles.ts';

/** What the list asks for. */
export interface TranscriptCommands {
  /** Go to a phrase, or to one of its words. */
  seekTo(phraseIndex: number, wordIndex: number | undefined): void;
  /** The person scrolled away from what is spoken. */
  stopFollowing(): void;
  scrolled(scrollTopPx: number): void;
  /** Show a file that came with a message. */
  openAttachment(id: string, isRevealed: boolean): void;
}

/** A phrase of one line; too little draws a few rows more, too much has to draw again once the rows were measured. */
const estimatedPhrasePx = 28;
const estimatedMessagePx = 72;

export class TranscriptView extends ScopedElement {
  static override properties = {
    rows: { attribute: false },
    searchText: { attribute: false },
    matchedRow: { attribute: false },
    commands: { attribute: false },
    formatStart: { attribute: false },
    attachments: { attribute: false },
    isShadingConfidence: { attribute: false },
  };

  static override styles = [controlStyles, transcriptStyles, messageStyles];

  declare rows: readonly TranscriptRow[];
  declare searchText: string;
  /** Position of the row of the current search match. */
  declare matchedRow: number | undefined;
  declare commands: TranscriptCommands;
  /** Text of a phrase's time. */
  declare formatStart: (row: TranscriptRow) => string;

  /** Files of the messages. */
  declare attachments: readonly AttachmentSnapshot[];
  declare isShadingConfidence: boolean;

  /** Where the list stands when it is first shown; later changes have no effect. */
  initialScrollPx = 0;

  private readonly scroller = createRef<HTMLElement>();
  private readonly list = createRef<HTMLElement>();
  private virtualizer: Virtualizer<HTMLElement, HTMLElement> | undefined;
  private spoken: readonly ActivePhrase[] = [];
  /** Of which row each element was measured. */
  private readonly measuredIndexes = new WeakMap<HTMLElement, string | undefined>();
  /** The row that the arrow keys moved to. */
  private activeRow = 0;

  constructor() {
    super();
    this.rows = [];
    this.searchText = '';
    this.matchedRow = undefined;
    this.formatStart = (): string => '';
    this.attachments = [];
    this.isShadingConfidence = true;
  }

  /** Marks what is spoken; scrolls to it when told to follow. */
  setSpoken(spoken: readonly ActivePhrase[], isFollowing: boolean): void {
    const isSame =
      spoken.length === this.spoken.length &&
      spoken.every(
        ({ phraseIndex, wordIndex }, index) =>
          phraseIndex === this.spoken[index]?.phraseIndex &&
          wordIndex === this.spoken[index].wordIndex,
      );
    if (isSame) {
      return;
    }
    const hasMoved = spoken.at(-1)?.phraseIndex !== this.spoken.at(-1)?.phraseIndex;
    this.spoken = spoken;
    this.requestUpdate();
    if (isFollowing && hasMoved) {
      this.revealSpoken();
    }
  }

  /** Scrolls to what is spoken unless it is comfortably in sight. */
  revealSpoken(): void {
    const phraseIndex = this.spoken.at(-1)?.phraseIndex;
    const row = phraseIndex === undefined ? undefined : rowOfPhrase(this.rows, phraseIndex);
    if (row !== undefined) {
      this.reveal(row);
    }
  }

  /** Scrolls a row to the upper third of the list unless it is comfortably in sight. */
  reveal(row: number): void {
    const { virtualizer } = this;
    const scroller = this.scroller.value;
    const offset = virtualizer?.getOffsetForIndex(row, 'start')?.[0];
    if (virtualizer === undefined || scroller === undefined || offset === undefined) {
      return;
    }
    const heightPx = scroller.clientHeight;
    const topPx = (virtualizer.measurementsCache[row]?.start ?? offset) - scroller.scrollTop;
    if (topPx < 8 || topPx > heightPx * 0.7) {
      virtualizer.scrollToIndex(row, { align: 'center' });
    }
  }

  /** Moves the focus into the list. */
  focusList(): void {
    this.scroller.value?.focus();
  }

  protected override onConnect(scope: Scope): void {
    const virtualizer = new Virtualizer<HTMLElement, HTMLElement>(this.virtualizerOptions());
    this.virtualizer = virtualizer;
    scope.add({ dispose: virtualizer._didMount() });
  }

  private virtualizerOptions(): ConstructorParameters<
    typeof Virtualizer<HTMLElement, HTMLElement>
  >[0] {
    return {
      count: this.rows.length,
      getScrollElement: () => this.scroller.value ?? null,
      estimateSize: () =>
        this.rows[0]?.message === undefined ? estimatedPhrasePx : estimatedMessagePx,
      overscan: 4,
      paddingStart: 4,
      paddingEnd: 24,
      initialOffset: () => this.initialScrollPx,
      getItemKey: (index) => this.rows[index]?.phraseIndex ?? index,
      observeElementRect,
      observeElementOffset,
      scrollToFn: elementScroll,
      onChange: () => {
        this.requestUpdate();
      },
    };
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('rows')) {
      this.virtualizer?.setOptions(this.virtualizerOptions());
      this.activeRow = Math.min(this.activeRow, Math.max(0, this.rows.length - 1));
    }
  }

  override render(): TemplateResult {
    const items = this.virtualizer?.getVirtualItems() ?? [];
    const isWritten = this.rows[0]?.message !== undefined;
    const hasActive = !isWritten && items.some(({ index }) => index === this.activeRow);
    return html`<div
      ${ref(this.scroller)}
      class="scroller"
      role=${isWritten ? 'list' : 'listbox'}
      tabindex="0"
      aria-label=${isWritten ? 'Messages' : 'Transcript'}
      aria-activedescendant=${hasActive ? `row-${String(this.activeRow)}` : nothing}
      @keydown=${this.onKeyDown}
      @click=${this.onClick}
      @wheel=${this.onUserScroll}
      @touchmove=${this.onUserScroll}
      @pointerdown=${this.onPointerDown}
      @scroll=${this.onScroll}
    >
      <div ${ref(this.list)} class="list" role="presentation">
        ${repeat(
          items,
          ({ key }) => key,
          (item) => this.renderRow(item),
        )}
      </div>
    </div>`;
  }

  override updated(): void {
    const { virtualizer } = this;
    const list = this.list.value;
    if (virtualizer === undefined || list === undefined) {
      return;
    }
    // The height first: an empty list cannot be scrolled to where it stood.
    list.style.height = `${String(virtualizer.getTotalSize())}px`;
    virtualizer._willUpdate();
    const starts = new Map(virtualizer.getVirtualItems().map(({ index, start }) => [index, start]));
    const rows = [...list.querySelectorAll<HTMLElement>('.row')];
    for (const row of rows) {
      const transform = `translateY(${String(starts.get(Number(row.dataset['index'])) ?? 0)}px)`;
      if (row.style.transform !== transform) {
        row.style.transform = transform;
      }
    }
    // Measured once, after all was written; from then on the virtualizer observes the element's size itself.
    for (const row of rows) {
      const index = row.dataset['index'];
      if (this.measuredIndexes.get(row) !== index) {
        this.measuredIndexes.set(row, index);
        virtualizer.measureElement(row);
      }
    }
  }

  private renderRow({ index }: VirtualItem): TemplateResult | typeof nothing {
    const row = this.rows[index];
    if (row === undefined) {
      return nothing;
    }
    const spoken = this.spoken.find(({ phraseIndex }) => phraseIndex === row.phraseIndex);
    return html`<div
      id="row-${String(index)}"
      class=${classMap({
        row: true,
        [row.side]: true,
        spoken: spoken !== undefined,
        active: index === this.activeRow,
        matched: index === this.matchedRow,
        message: row.message !== undefined,
      })}
      role=${row.message === undefined ? 'option' : 'listitem'}
      aria-selected=${row.message === undefined ? String(spoken !== undefined) : nothing}
      aria-posinset=${String(index + 1)}
      aria-setsize=${String(this.rows.length)}
      data-index=${String(index)}
    >
      ${this.renderContent(row, spoken?.wordIndex)}
    </div>`;
  }

  private renderContent(row: TranscriptRow, spokenWord: number | undefined): TemplateResult {
    const start = this.formatStart(row);
    return row.message === undefined
      ? html`<span class="start">${start}</span>
          <span class="speaker">${row.speaker}</span>
          <span class="text">${this.renderWords(row, spokenWord)}</span>`
      : this.renderMessage(row, row.message, start);
  }

  private renderWords(row: TranscriptRow, spokenWord: number | undefined): unknown {
    const { isShadingConfidence } = this;
    const searchText = shownSearch(row.phrase, this.searchText);
    return guard([row, spokenWord, searchText, isShadingConfidence], () =>
      createTokens(row.phrase, { spokenWord, searchText, isShadingConfidence }),
    );
  }

  private renderMessage(row: TranscriptRow, message: Message, start: string): TemplateResult {
    return messageBody({
      row: { ...row, message },
      start,
      attachments: this.attachments.filter(({ messageId }) => messageId === message.id),
      searchText: this.searchText,
      onOpen: (id, isRevealed) => {
        this.commands.openAttachment(id, isRevealed);
      },
    });
  }

  private readonly onClick = (event: Event): void => {
    const target = event.target instanceof Element ? event.target : undefined;
    // Selecting text to copy it is no wish to go there, and a button has its own.
    if (window.getSelection()?.toString() !== '' || target?.closest('button') instanceof Element) {
      return;
    }
    const index = Number(target?.closest<HTMLElement>('.row')?.dataset['index']);
    const row = this.rows[index];
    if (row !== undefined) {
      const word = wordOf(target);
      this.activeRow = index;
      this.requestUpdate();
      this.commands.seekTo(row.phraseIndex, word);
    }
  };

  private readonly onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const last = this.rows.length - 1;
    const page = Math.max(1, (this.virtualizer?.getVirtualItems().length ?? 10) - 16);
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: this.activeRow + 1,
      ArrowUp: this.activeRow - 1,
      PageDown: this.activeRow + page,
      PageUp: this.activeRow - page,
      Home: 0,
      End: last,
    };
    const target = targets[event.key];
    if (target !== undefined && last >= 0) {
      event.preventDefault();
      this.commands.stopFollowing();
      this.activeRow = Math.min(last, Math.max(0, target));
      this.virtualizer?.scrollToIndex(this.activeRow, { align: 'auto' });
      this.requestUpdate();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const row = this.rows[this.activeRow];
      if (row !== undefined) {
        this.commands.seekTo(row.phraseIndex, undefined);
      }
    }
  };

  private readonly onUserScroll = (): void => {
    this.commands.stopFollowing();
  };

  /** Pressing the scroll bar, which lies outside of the content, is scrolling too. */
  private readonly onPointerDown = (event: PointerEvent): void => {
    const scroller = this.scroller.value;
    if (
      scroller !== undefined &&
      event.offsetX > scroller.clientWidth &&
      event.target === scroller
    ) {
      this.commands.stopFollowing();
    }
  };

  private readonly onScroll = (): void => {
    this.commands.scrolled(this.scroller.value?.scrollTop ?? 0);
  };
}

/** Position of the word that holds an element, in its phrase. */
function wordOf(element: Element | undefined): number | undefined {
  const word = element?.closest<HTMLElement>('.word')?.dataset['word'];
  return word === undefined ? undefined : Number(word);
}
