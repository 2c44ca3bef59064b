/** How the open recording is played: the selection and its loop, skipped silence, loudness of the channels; and jumps. Knows no elements. */
import type { Player } from './player.ts';
import { stepStretch } from './playbackRules.ts';
import type { ViewState } from './viewState.ts';
import type { Viewport } from './waveformLayout.ts';

/** Stretches of the recording that can be jumped to; each ordered by start. */
export interface Stretches {
  readonly silences: readonly Viewport[];
  readonly overtalks: readonly Viewport[];
  readonly segments: readonly Viewport[];
}

export interface PlaybackDeps {
  readonly player: Player;
  readonly view: () => ViewState;
  /** Keeps a change and shows it. */
  readonly change: (change: Partial<ViewState>) => void;
  readonly channelCount: () => number;
  readonly stretches: () => Stretches;
}

/** A shorter one was a click. */
const shortestSelectionMs = 50;
/** What I or O select while there is no selection yet. */
const firstSelectionMs = 5000;

export class PlaybackSettings {
  private readonly deps: PlaybackDeps;

  constructor(deps: PlaybackDeps) {
    this.deps = deps;
  }

  /** Selects a stretch; undefined, or one that is too short, clears. */
  select(selection: Viewport | undefined): void {
    const { durationMs } = this.deps.player.state;
    const startMs = Math.round(Math.max(0, Math.min(selection?.startMs ?? 0, durationMs)));
    const endMs = Math.round(Math.max(0, Math.min(selection?.endMs ?? 0, durationMs)));
    const kept = endMs - startMs >= shortestSelectionMs ? { startMs, endMs } : undefined;
    const { isLooping } = this.deps.view();
    this.deps.change({ selection: kept, isLooping: isLooping && kept !== undefined });
    this.apply();
  }

  /** Puts one end of the selection where the sound is. */
  selectEdge(edge: 'start' | 'end'): void {
    const { player, view } = this.deps;
    const { selection } = view();
    const { positionMs } = player;
    if (edge === 'start') {
      const endMs = selection?.endMs ?? 0;
      this.select({
        startMs: positionMs,
        endMs: endMs > positionMs ? endMs : positionMs + firstSelectionMs,
      });
    } else {
      const startMs = selection?.startMs ?? Infinity;
      this.select({
        startMs: startMs < positionMs ? startMs : positionMs - firstSelectionMs,
        endMs: positionMs,
      });
    }
  }

  /** Repeats the selection; without one there is nothing to repeat. */
  toggleLoop(): void {
    const { player, view, change } = this.deps;
    const { selection, isLooping } = view();
    if (selection === undefined) {
      return;
    }
    change({ isLooping: !isLooping });
    const isOutside = player.positionMs < selection.startMs || player.positionMs >= selection.endMs;
    if (!isLooping && isOutside) {
      player.seek(selection.startMs);
    }
    this.apply();
  }

  toggleSkipSilence(): void {
    this.deps.change({ isSkippingSilence: !this.deps.view().isSkippingSilence });
    this.apply();
  }

  swapNames(): void {
    this.deps.change({ isSwapped: !this.deps.view().isSwapped });
  }

  /** @param volume 0 to 1 */
  setVolume(channel: number, volume: number): void {
    const { view, change, channelCount } = this.deps;
    const { volumes } = view();
    change({
      volumes: Array.from({ length: channelCount() }, (_, index) =>
        index === channel ? volume : (volumes[index] ?? 1),
      ),
    });
    this.apply();
  }

  toggleMute(channel: number): void {
    const { view, change, channelCount } = this.deps;
    if (channel < channelCount()) {
      const { mutedChannels } = view();
      change({
        mutedChannels: mutedChannels.includes(channel)
          ? mutedChannels.filter((other) => other !== channel)
          : [...mutedChannels, channel],
      });
      this.apply();
    }
  }

  /** Goes to the next or previous one; stays when there is none. */
  jump(kind: keyof Stretches, direction: 1 | -1): void {
    const { player, stretches } = this.deps;
    const targetMs = stepStretch(stretches()[kind], player.positionMs, direction);
    if (targetMs !== undefined) {
      player.seek(targetMs);
    }
  }

  /** Hands the settings to the player: after each change, and when another recording or its text is there. */
  apply(): void {
    const { player, view, stretches, channelCount } = this.deps;
    const { selection, isLooping, isSkippingSilence, volumes, mutedChannels } = view();
    player.setRules({
      loop: isLooping ? selection : undefined,
      silences: isSkippingSilence ? stretches().silences : [],
    });
    player.setLevels(
      Array.from({ length: channelCount() }, (_, index) =>
        mutedChannels.includes(index) ? 0 : (volumes[index] ?? 1),
      ),
    );
  }
}
