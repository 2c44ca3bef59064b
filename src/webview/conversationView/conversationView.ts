/** The root of the page: puts the parts together, gives them their room, and turns keys into commands. */
import { html, nothing, type TemplateResult } from 'lit';
import { createRef, ref } from 'lit/directives/ref.js';
import { assertNever } from '../../base/assert.ts';
import { conversationIdAttribute } from '../../protocol/conversationHtml.ts';
import { ScopedElement } from '../shared/scopedElement.ts';
import type { Scope } from '../shared/scope.ts';
import { connectVsCodeApi } from '../shared/vscodeApi.ts';
import { ConversationController } from './conversationController.ts';
import type { SpokenNow } from './transcriptList.ts';
import { conversationStyles } from './conversationStyles.ts';
import { controlStyles } from './buttons.ts';
import { channelsRow } from './channelsRow.ts';
import { banner, bannersTemplate, headerTemplate } from './headerTemplate.ts';
import { helpDialog } from './helpDialog.ts';
import { focusKindOf } from './focusKind.ts';
import { toCommand } from './keyboard.ts';
import { NotesSection } from './notesSection.ts';
import { notesStyles } from './notesStyles.ts';
import { createShortcutActions } from './shortcutActions.ts';
import { emptyTemplate, failedTemplate, loadingTemplate } from './stateTemplates.ts';
import { formatDateTime, formatTime, formatTimeOfDay } from './timeFormat.ts';
import type { TransportBar, TransportCommands, TransportOptions } from './transportBar.ts';
import type { TranscriptRow } from './transcriptRows.ts';
import { transcriptToolbar } from './transcriptToolbar.ts';
import type { TranscriptCommands, TranscriptView } from './transcriptView.ts';
import type { WaveformView } from './waveformView.ts';

const skipMs = 5000;

export class ConversationView extends ScopedElement {
  static override styles = [controlStyles, conversationStyles, notesStyles];

  private readonly controller = new ConversationController(connectVsCodeApi());
  private readonly waveform = createRef<WaveformView>();
  private readonly transport = createRef<TransportBar>();
  private readonly transcript = createRef<TranscriptView>();
  private readonly help = createRef<HTMLDialogElement>();
  private isOffsetShown = false;
  private isChannelsShown = false;
  private isStarted = false;
  private now: SpokenNow | undefined;
  /** For screen readers: what just happened. */
  private announcement = '';

  private readonly transportCommands: TransportCommands = {
    togglePlay: () => {
      this.controller.player.togglePlay();
    },
    skip: (byMs) => {
      this.skip(byMs);
    },
    stepPhrase: (direction) => {
      this.controller.stepPhrase(direction);
    },
    setSpeed: (speed) => {
      this.controller.player.setSpeed(speed);
    },
    zoom: (factor) => {
      this.waveform.value?.zoom(factor);
    },
    zoomAll: () => {
      this.waveform.value?.zoomAll();
    },
    showHelp: () => {
      this.help.value?.showModal();
    },
    toggleLoop: () => {
      this.controller.playback.toggleLoop();
    },
    toggleSkipSilence: () => {
      this.controller.playback.toggleSkipSilence();
    },
    toggleChannels: () => {
      this.isChannelsShown = !this.isChannelsShown;
      this.requestUpdate();
    },
    exportClip: () => {
      this.controller.export('clip');
    },
  };

  private readonly notes = new NotesSection({
    controller: this.controller,
    focus: (selector) => {
      void this.updateComplete.then(() => {
        this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
      });
    },
    announce: (text) => {
      this.announce(text);
    },
  });

  private readonly actions = createShortcutActions({
    controller: this.controller,
    transport: this.transportCommands,
    skip: (direction) => {
      this.skip(direction * skipMs);
    },
    focusSearch: () => {
      this.renderRoot.querySelector<HTMLInputElement>('.search-text')?.select();
    },
    stepMatch: (direction) => {
      this.revealMatch(this.controller.stepMatch(direction));
    },
    toggleFollow: () => {
      this.toggleFollow();
    },
    addNote: () => {
      this.notes.add();
    },
    copyLink: () => {
      void this.copy('link');
    },
    dismiss: () => {
      this.dismiss();
    },
  });

  private readonly transcriptCommands: TranscriptCommands = {
    openAttachment: (id, isRevealed) => {
      this.controller.openAttachment(id, isRevealed);
    },
    seekTo: (phraseIndex, wordIndex) => {
      this.controller.seekToPhrase(phraseIndex, wordIndex);
    },
    stopFollowing: () => {
      this.controller.follow(false);
    },
    scrolled: (scrollTopPx) => {
      this.controller.remember({ scrollTopPx });
    },
  };

  protected override onConnect(scope: Scope): void {
    const { controller } = this;
    scope.add(
      controller.onDidChange(() => {
        this.requestUpdate();
      }),
    );
    scope.add(
      controller.onDidMove((now) => {
        this.now = now;
        this.showNow();
      }),
    );
    scope.add(
      controller.onDidRestore(({ viewport }) => {
        this.requestUpdate();
        void this.updateComplete.then(() => {
          this.waveform.value?.setViewport(viewport);
        });
      }),
    );
    scope.add(
      controller.onDidArrive((row) => {
        this.requestUpdate();
        void this.updateComplete.then(() => {
          this.transcript.value?.reveal(row);
        });
      }),
    );
    scope.listen(window, 'keydown', (event) => {
      if (event instanceof KeyboardEvent) {
        this.onKeyDown(event);
      }
    });
    if (!this.isStarted) {
      this.isStarted = true;
      controller.start(this.getAttribute(conversationIdAttribute) ?? '');
    }
  }

  override render(): TemplateResult {
    const { phase } = this.controller;
    switch (phase.kind) {
      case 'loading':
        return loadingTemplate(phase.message);
      case 'failed':
        return failedTemplate(phase.message, phase.canRetry ? this.onRetry : undefined);
      case 'opened':
        return this.renderOpened();
      default:
        return assertNever(phase);
    }
  }

  /** A part that came into being since the last move has yet to be told where we are. */
  override updated(): void {
    void this.transcript.value?.updateComplete.then(() => {
      this.showNow();
    });
  }

  private showNow(): void {
    if (this.now !== undefined) {
      const { positionMs, phrases, highlight } = this.now;
      const { isFollowing } = this.controller.view;
      this.waveform.value?.setPosition(positionMs, isFollowing);
      this.waveform.value?.setHighlight(highlight);
      this.transport.value?.setPosition(positionMs);
      this.transcript.value?.setSpoken(phrases, isFollowing);
    }
  }

  private renderOpened(): TemplateResult {
    const { controller } = this;
    const { conversation, recording } = controller;
    return conversation === undefined
      ? html`${nothing}`
      : html`${headerTemplate({
            conversation,
            recording,
            onSelectRecording: (recordingId) => {
              this.controller.selectRecording(recordingId);
            },
            onCopy: (what) => {
              void this.copy(what);
            },
            noteCount: controller.notes.current.notes.length,
            isNotesShown: controller.view.isNotesShown,
            onToggleNotes: this.actions.toggleNotes,
          })}
          ${bannersTemplate(controller)} ${recording === undefined ? nothing : this.renderSound()}
          ${this.notes.render()}
          <section class="words" aria-label="Transcript">${this.renderTranscript()}</section>
          ${helpDialog(this.help)}
          <div class="announcement" role="status" aria-live="polite">${this.announcement}</div>`;
  }

  private renderSound(): TemplateResult {
    const { controller } = this;
    return html`<section class="sound" aria-label="Recording">
      <genesys-waveform
        ${ref(this.waveform)}
        .model=${controller.waveform}
        .onSeek=${this.onWaveformSeek}
        .onViewport=${this.onViewport}
        .onSelect=${this.onSelect}
      ></genesys-waveform>
      <genesys-transport-bar
        ${ref(this.transport)}
        .state=${controller.player.state}
        .commands=${this.transportCommands}
        .isZoomed=${controller.view.viewport !== undefined}
        .hasPhrases=${controller.list.rows.length > 0}
        .options=${this.transportOptions()}
      ></genesys-transport-bar>
      ${
        this.isChannelsShown
          ? channelsRow(controller.waveform.laneNames, controller.view, controller.playback)
          : nothing
      }
    </section>`;
  }

  private transportOptions(): TransportOptions {
    const { view, talk } = this.controller;
    const { selection, isLooping, isSkippingSilence } = view;
    return {
      selection,
      isLooping,
      isSkippingSilence,
      hasSilences: talk.silences.length > 0,
      isChannelsShown: this.isChannelsShown,
    };
  }

  private renderTranscript(): TemplateResult {
    const { controller } = this;
    const { transcript, list, view } = controller;
    if (transcript.kind === 'loading') {
      return emptyTemplate('loading', 'Loading transcript…');
    }
    if (transcript.kind === 'failed') {
      return html`<div class="banners">
        ${banner('warning', transcript.message, () => {
          controller.reloadParts();
        })}
      </div>`;
    }
    if (transcript.value.phrases.length === 0) {
      return emptyTemplate(
        'comment-discussion',
        controller.hasRecording
          ? 'There is no transcript of this recording.'
          : 'There is no transcript of this conversation.',
        {
          label: 'Import Transcript…',
          onClick: () => {
            controller.importTranscript();
          },
        },
      );
    }
    return html`${transcriptToolbar({
        controller,
        isOffsetShown: this.isOffsetShown,
        onToggleOffset: () => {
          this.isOffsetShown = !this.isOffsetShown;
          this.requestUpdate();
        },
        onFilter: (filter) => {
          controller.setRoleFilter(filter);
        },
        onSearch: (text) => {
          this.revealMatch(controller.search(text));
        },
        onStepMatch: (direction) => {
          this.revealMatch(controller.stepMatch(direction));
        },
        onLeaveSearch: () => {
          controller.search('');
          this.transcript.value?.focusList();
        },
        onToggleFollow: this.toggleFollow,
      })}
      ${
        list.rows.length === 0
          ? emptyTemplate('filter', 'Nobody of these speakers says anything here.')
          : nothing
      }
      <genesys-transcript
        ${ref(this.transcript)}
        .rows=${list.rows}
        .attachments=${controller.conversation?.attachments ?? []}
        .isShadingConfidence=${view.isShadingConfidence}
        .searchText=${view.searchText}
        .matchedRow=${list.matches[list.matchNumber]}
        .commands=${this.transcriptCommands}
        .initialScrollPx=${view.scrollTopPx}
        .formatStart=${this.formatStart}
      ></genesys-transcript>
      ${
        controller.hasRecording && !view.isFollowing && controller.player.state.isPlaying
          ? html`<button type="button" class="jump" @click=${this.toggleFollow}>
              <vscode-icon name="target"></vscode-icon> Follow the sound
            </button>`
          : nothing
      }`;
  }

  private readonly formatStart = (row: TranscriptRow): string => {
    const positionMs = this.controller.positionOf(row);
    if (positionMs !== undefined) {
      return formatTime(positionMs);
    }
    return row.message === undefined
      ? formatTimeOfDay(row.phrase.startMs)
      : formatDateTime(row.phrase.startMs);
  };

  private readonly onWaveformSeek = (positionMs: number): void => {
    this.controller.player.seek(positionMs);
  };

  private readonly onSelect = (selection: { startMs: number; endMs: number }): void => {
    this.controller.playback.select(selection);
  };

  private readonly onViewport = (
    viewport: { startMs: number; endMs: number } | undefined,
  ): void => {
    this.controller.remember({ viewport });
    this.requestUpdate();
  };

  private readonly onRetry = (): void => {
    this.controller.retry();
  };

  private readonly toggleFollow = (): void => {
    this.controller.follow(!this.controller.view.isFollowing);
    if (this.controller.view.isFollowing) {
      this.transcript.value?.revealSpoken();
    }
  };

  private skip(byMs: number): void {
    const { player } = this.controller;
    player.seek(player.positionMs + byMs);
  }

  private revealMatch(row: number | undefined): void {
    if (row !== undefined) {
      this.controller.follow(false);
      this.transcript.value?.reveal(row);
    }
  }

  private async copy(what: 'id' | 'link'): Promise<void> {
    const name = what === 'id' ? 'Conversation id' : 'Link';
    const isCopied = await this.controller.copy(what);
    this.announce(isCopied ? `${name} copied` : `${name} could not be copied`);
  }

  private announce(text: string): void {
    this.announcement = text;
    this.requestUpdate();
  }

  private onKeyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || this.controller.phase.kind !== 'opened') {
      return;
    }
    const command = toCommand(event, focusKindOf(event));
    if (command !== undefined && this.help.value?.open !== true) {
      event.preventDefault();
      this.actions[command]();
    }
  }

  private dismiss(): void {
    const { controller } = this;
    if (controller.view.searchText !== '') {
      controller.search('');
    } else {
      controller.playback.select(undefined);
    }
  }
}
