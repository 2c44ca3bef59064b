/**
 * Owns the sound: one `<audio>` element, its clock and its failures. Without sound it is still a position that can be moved,
 * so that waveform and transcript work the same.
 */
import { Emitter } from '../../base/event.ts';
import { isCancellation, messageOf } from '../../base/appError.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Scope } from '../shared/scope.ts';
import { ChannelMixer } from './channelMixer.ts';
import { redirect, type PlaybackRules } from './playbackRules.ts';

export interface PlayerState {
  readonly isPlaying: boolean;
  /** Waiting for data while it should play. */
  readonly isWaiting: boolean;
  readonly hasSound: boolean;
  readonly durationMs: number;
  readonly speed: number;
  /** Why the sound does not play, as a sentence. */
  readonly problem: string | undefined;
}

export interface PlayerSource {
  /** Undefined when there is nothing to hear. */
  readonly audioUrl: string | undefined;
  /** As the platform says; the file's own duration replaces it once known. */
  readonly durationMs: number;
  readonly positionMs: number;
}

export class Player implements Disposable {
  private readonly scope = new Scope();
  private readonly audio = new Audio();
  private readonly changed = this.scope.add(new Emitter<PlayerState>());
  private readonly moved = this.scope.add(new Emitter<number>());
  private readonly requestTick: () => void;
  /** Where to go once the file is ready, and the position of a player without sound. */
  private wantedMs: number | undefined = 0;
  private lastMs = 0;
  private rules: Omit<PlaybackRules, 'durationMs'> = { loop: undefined, silences: [] };
  private mixer: ChannelMixer | undefined;
  private failureCount = 0;
  private current: PlayerState = {
    isPlaying: false,
    isWaiting: false,
    hasSound: false,
    durationMs: 0,
    speed: 1,
    problem: undefined,
  };

  /** Everything but the position. */
  readonly onDidChange = this.changed.event;
  /** The position in milliseconds: every frame while playing, once after a seek. */
  readonly onDidMove = this.moved.event;

  constructor() {
    const { audio, scope } = this;
    // The editor reads a file that an element only looked at to its end: a gigabyte for ten hours. So nothing before play.
    audio.preload = 'none';
    // Without it a mixer would be given silence.
    audio.crossOrigin = 'anonymous';
    this.requestTick = scope.oncePerFrame(() => {
      if (this.current.isPlaying) {
        this.applyRules();
      }
      this.lastMs = this.positionMs;
      this.moved.fire(this.lastMs);
      if (this.current.isPlaying) {
        this.requestTick();
      }
    });
    scope.listen(audio, 'loadedmetadata', () => {
      this.applyPosition();
      if (Number.isFinite(audio.duration)) {
        this.update({ durationMs: audio.duration * 1000 });
      }
    });
    for (const event of ['play', 'playing', 'pause', 'ended', 'waiting', 'canplay', 'seeked']) {
      scope.listen(audio, event, () => {
        this.update({
          isPlaying: !audio.paused && !audio.ended,
          isWaiting: !audio.paused && audio.readyState < HTMLMediaElement.HAVE_FUTURE_DATA,
        });
        this.requestTick();
      });
    }
    scope.listen(audio, 'playing', () => {
      this.mixer?.resume();
    });
    scope.listen(audio, 'error', () => {
      if (this.current.hasSound) {
        this.update({ isPlaying: false, isWaiting: false, problem: explain(audio.error) });
      }
    });
  }

  get state(): PlayerState {
    return this.current;
  }

  get positionMs(): number {
    // Whole milliseconds, as all times of words are: after a seek the element reads a fraction less than it was told.
    return this.wantedMs ?? Math.round(this.audio.currentTime * 1000);
  }

  /** Loads another recording, paused at `positionMs`; speed stays. */
  load({ audioUrl, durationMs, positionMs }: PlayerSource): void {
    this.audio.pause();
    this.failureCount += this.current.problem === undefined ? 0 : 1;
    this.wantedMs = Math.min(Math.max(0, positionMs), durationMs);
    this.update({
      isPlaying: false,
      isWaiting: false,
      hasSound: audioUrl !== undefined,
      durationMs,
      problem: undefined,
    });
    if (audioUrl === undefined) {
      this.audio.removeAttribute('src');
      this.audio.load();
    } else {
      // Naming the source is enough; `load()` would fetch it at once, whatever `preload` says.
      this.audio.src = this.freshAddress(audioUrl);
    }
    this.applySpeed();
    this.requestTick();
  }

  /** Starts or stops. A browser that refuses shows as `problem`. */
  togglePlay(): void {
    if (!this.current.hasSound) {
      return;
    }
    if (!this.audio.paused && !this.audio.ended) {
      this.audio.pause();
      return;
    }
    this.mixer?.resume();
    this.audio.play().catch((error: unknown) => {
      // A pause or another load before the sound starts is no failure.
      if (!isCancellation(error)) {
        const message = this.audio.error === null ? messageOf(error) : explain(this.audio.error);
        this.update({ isPlaying: false, problem: message });
      }
    });
  }

  /** Moves to a position within the recording; playing goes on if it was. */
  seek(positionMs: number): void {
    this.wantedMs = Math.min(Math.max(0, positionMs), this.current.durationMs);
    this.applyPosition();
    this.requestTick();
  }

  setSpeed(speed: number): void {
    this.update({ speed });
    this.applySpeed();
  }

  /** Loops and skips while playing, from the next frame on. */
  setRules(rules: Omit<PlaybackRules, 'durationMs'>): void {
    this.rules = rules;
  }

  /** @param levels one a channel of the file, 0 to 1; all 1 is the sound as it is */
  setLevels(levels: readonly number[]): void {
    if (this.mixer === undefined && levels.every((level) => level === 1)) {
      return;
    }
    this.mixer ??= this.scope.add(new ChannelMixer(this.audio));
    this.mixer.setLevels(levels);
  }

  dispose(): void {
    this.audio.pause();
    this.audio.removeAttribute('src');
    this.scope.dispose();
  }

  private applyRules(): void {
    const { durationMs } = this.current;
    const target = redirect(this.lastMs, this.positionMs, { ...this.rules, durationMs });
    if (target !== undefined) {
      this.seek(target);
    }
  }

  /** The browser keeps what it got for an address, broken or not: after a failure the address has to differ. */
  private freshAddress(audioUrl: string): string {
    if (this.failureCount === 0) {
      return audioUrl;
    }
    const address = new URL(audioUrl, document.baseURI);
    address.searchParams.set('attempt', String(this.failureCount));
    return address.href;
  }

  /** An element takes a position only once it knows its file. */
  private applyPosition(): void {
    if (
      this.current.hasSound &&
      this.wantedMs !== undefined &&
      this.audio.readyState >= HTMLMediaElement.HAVE_METADATA
    ) {
      this.audio.currentTime = this.wantedMs / 1000;
      this.wantedMs = undefined;
    }
  }

  /** `load()` resets the rate, and pitch is kept only when that is said before playing. */
  private applySpeed(): void {
    this.audio.preservesPitch = true;
    this.audio.defaultPlaybackRate = this.current.speed;
    this.audio.playbackRate = this.current.speed;
  }

  private update(change: Partial<PlayerState>): void {
    const next = { ...this.current, ...change };
    if (!isSame(next, this.current)) {
      this.current = next;
      this.changed.fire(next);
    }
  }
}

function isSame(a: PlayerState, b: PlayerState): boolean {
  return (
    a.isPlaying === b.isPlaying &&
    a.isWaiting === b.isWaiting &&
    a.hasSound === b.hasSound &&
    a.durationMs === b.durationMs &&
    a.speed === b.speed &&
    a.problem === b.problem
  );
}

function explain(error: MediaError | null): string {
  if (error?.code === MediaError.MEDIA_ERR_NETWORK) {
    return 'The recording could not be read. Download it again';
  }
  if (error?.code === MediaError.MEDIA_ERR_DECODE) {
    return 'The recording is damaged and cannot be played further. Download it again';
  }
  return 'The recording cannot be played: the file is missing, damaged, or in a format that this editor does not play';
}
