/** Play, skip, time, speed and zoom: the controls of the sound. Owns no state; shows the player's. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { ScopedElement } from '../shared/scopedElement.ts';
import { controlStyles, toolButton, waitingIcon } from './buttons.ts';
import type { PlayerState } from './player.ts';
import { speeds } from './speeds.ts';
import { formatTime } from './timeFormat.ts';

/** What the bar asks for. */
export interface TransportCommands {
  readonly togglePlay: () => void;
  readonly skip: (byMs: number) => void;
  readonly stepPhrase: (direction: 1 | -1) => void;
  readonly setSpeed: (speed: number) => void;
  readonly zoom: (factor: number) => void;
  readonly zoomAll: () => void;
  readonly showHelp: () => void;
  readonly toggleLoop: () => void;
  readonly toggleSkipSilence: () => void;
  readonly toggleChannels: () => void;
  readonly exportClip: () => void;
}

/** How the sound is played, as the bar shows it. */
export interface TransportOptions {
  readonly selection: { readonly startMs: number; readonly endMs: number } | undefined;
  readonly isLooping: boolean;
  readonly isSkippingSilence: boolean;
  readonly hasSilences: boolean;
  readonly isChannelsShown: boolean;
}

export class TransportBar extends ScopedElement {
  static override properties = {
    state: { attribute: false },
    commands: { attribute: false },
    isZoomed: { attribute: false },
    hasPhrases: { attribute: false },
    options: { attribute: false },
  };

  static override styles = [
    controlStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px 4px;
        container-type: inline-size;
      }
      .bar {
        display: flex;
        flex: 1;
        flex-wrap: wrap;
        align-items: center;
        gap: 2px 4px;
        min-width: 0;
      }
      .play {
        width: 30px;
        height: 26px;
        border-radius: 4px;
        background: var(--vscode-button-background);
        color: var(--vscode-button-foreground);
        border-color: var(--vscode-button-border, transparent);
        --vscode-icon-foreground: var(--vscode-button-foreground);
      }
      .play:hover:not(:disabled) {
        background: var(--vscode-button-hoverBackground);
      }
      .time {
        padding: 0 6px;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .selected {
        padding: 0 4px;
        color: var(--vscode-descriptionForeground);
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
      }
      .total {
        color: var(--vscode-descriptionForeground);
      }
      .speed {
        width: 62px;
      }
      @container (max-width: 440px) {
        .wide {
          display: none;
        }
      }
    `,
  ];

  declare state: PlayerState;
  declare commands: TransportCommands;
  declare isZoomed: boolean;
  declare hasPhrases: boolean;
  declare options: TransportOptions;
  private shownTime = '0:00';

  constructor() {
    super();
    this.isZoomed = false;
    this.hasPhrases = false;
    this.options = {
      selection: undefined,
      isLooping: false,
      isSkippingSilence: false,
      hasSilences: false,
      isChannelsShown: false,
    };
  }

  /** Called every frame: renders only when the text differs. */
  setPosition(positionMs: number): void {
    const time = formatTime(positionMs);
    if (time !== this.shownTime) {
      this.shownTime = time;
      this.requestUpdate();
    }
  }

  protected override onConnect(): void {
    // Everything it shows comes in as properties.
  }

  override render(): TemplateResult {
    const { state, commands } = this;
    return html`<div class="bar" role="toolbar" aria-label="Playback">
      ${this.renderPlay()}
      <span class="wide"
        >${toolButton({
          icon: 'chevron-left',
          label: 'Previous phrase',
          shortcut: 'Shift+←',
          isDisabled: !this.hasPhrases,
          onClick: () => {
            commands.stepPhrase(-1);
          },
        })}</span
      >
      ${toolButton({
        icon: 'discard',
        label: 'Back 5 seconds',
        shortcut: '←',
        onClick: () => {
          commands.skip(-5000);
        },
      })}
      ${toolButton({
        icon: 'redo',
        label: 'Forward 5 seconds',
        shortcut: '→',
        onClick: () => {
          commands.skip(5000);
        },
      })}
      <span class="wide"
        >${toolButton({
          icon: 'chevron-right',
          label: 'Next phrase',
          shortcut: 'Shift+→',
          isDisabled: !this.hasPhrases,
          onClick: () => {
            commands.stepPhrase(1);
          },
        })}</span
      >
      <span class="time"
        ><span class="now">${this.shownTime}</span>
        <span class="total">/ ${formatTime(state.durationMs)}</span></span
      >
      ${state.isWaiting ? waitingIcon(16) : nothing}
      <span class="grow"></span>
      ${this.renderSelection()} ${this.renderZoom()} ${this.renderSpeed()}
      ${toolButton({
        icon: 'keyboard',
        label: 'Keyboard shortcuts',
        shortcut: '?',
        onClick: () => {
          commands.showHelp();
        },
      })}
    </div>`;
  }

  private renderPlay(): TemplateResult {
    const { isPlaying, hasSound } = this.state;
    const label = isPlaying ? 'Pause' : 'Play';
    return html`<button
      type="button"
      class="tool play"
      title="${hasSound ? label : 'There is no sound to play'} (Space)"
      aria-label=${label}
      ?disabled=${!hasSound}
      @click=${this.onPlay}
    >
      <vscode-icon name=${isPlaying ? 'debug-pause' : 'play'}></vscode-icon>
    </button>`;
  }

  private renderSelection(): TemplateResult {
    const { options, commands } = this;
    const { selection } = options;
    return html`${
      selection === undefined
        ? nothing
        : html`<span class="selected" title="Selected (Esc clears)"
            >${formatTime(selection.startMs)}–${formatTime(selection.endMs)}</span
          >`
    }
    ${toolButton({
      icon: 'sync',
      label: selection === undefined ? 'Repeat: select a part first' : 'Repeat the selection',
      shortcut: 'R',
      isPressed: options.isLooping,
      isDisabled: selection === undefined,
      onClick: commands.toggleLoop,
    })}
    ${toolButton({
      icon: 'export',
      label:
        selection === undefined ? 'Export a clip: select a part first' : 'Export the selection',
      shortcut: 'Shift+D',
      isDisabled: selection === undefined || !this.state.hasSound,
      onClick: commands.exportClip,
    })}
    ${toolButton({
      icon: 'debug-step-over',
      label: 'Skip silence',
      shortcut: 'S',
      isPressed: options.isSkippingSilence,
      isDisabled: !options.hasSilences,
      onClick: commands.toggleSkipSilence,
    })}
    ${toolButton({
      icon: 'settings',
      label: 'Channels',
      shortcut: 'V',
      isPressed: options.isChannelsShown,
      isDisabled: !this.state.hasSound,
      onClick: commands.toggleChannels,
    })}`;
  }

  private renderZoom(): TemplateResult {
    const { commands } = this;
    return html`<span class="wide">
      ${toolButton({
        icon: 'zoom-out',
        label: 'Zoom out',
        shortcut: '−',
        isDisabled: !this.isZoomed,
        onClick: () => {
          commands.zoom(0.5);
        },
      })}${toolButton({
        icon: 'zoom-in',
        label: 'Zoom in',
        shortcut: '+',
        onClick: () => {
          commands.zoom(2);
        },
      })}${toolButton({
        icon: 'screen-full',
        label: 'Show the whole recording',
        shortcut: '0',
        isDisabled: !this.isZoomed,
        onClick: () => {
          commands.zoomAll();
        },
      })}
    </span>`;
  }

  private renderSpeed(): TemplateResult {
    return html`<select
      class="speed"
      aria-label="Speed"
      title="Speed ([ and ])"
      .value=${String(this.state.speed)}
      @change=${this.onSpeed}
    >
      ${speeds.map(
        (speed) =>
          html`<option value=${String(speed)} ?selected=${speed === this.state.speed}>
            ${String(speed)}×
          </option>`,
      )}
    </select>`;
  }

  private readonly onPlay = (): void => {
    this.commands.togglePlay();
  };

  private readonly onSpeed = (event: Event): void => {
    if (event.currentTarget instanceof HTMLSelectElement) {
      this.commands.setSpeed(Number(event.currentTarget.value));
    }
  };
}
