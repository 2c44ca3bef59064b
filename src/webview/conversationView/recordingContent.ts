/**
 * What belongs to the open recording: its waveform, its text and what the text says of its time. Fetches it, and keeps the parts in
 * step; knows nothing of the host nor of elements.
 */
import { MutableDisposable, type Disposable } from '../../base/disposable.ts';
import type { ConversationSnapshot, RecordingSnapshot } from '../../protocol/conversationView.ts';
import { painted, Scope } from '../shared/scope.ts';
import {
  loadLanes,
  loadText,
  noText,
  settlePart,
  toPreviewLanes,
  wholeText,
  type LoadedText,
  type Part,
} from './recordingParts.ts';
import { toTalkMarks, type LabelledMark, type TalkMarks } from './talkMarks.ts';
import { TextClock } from './textClock.ts';
import { TranscriptList, type SpokenNow } from './transcriptList.ts';
import type { ViewState } from './viewState.ts';
import type { Viewport } from './waveformLayout.ts';
import { toWaveformModel } from './waveformModel.ts';
import { emptyWaveform, type WaveformModel } from './waveformView.ts';

/** So long the first phrases go before the waveform, when that is drawn in short. */
const longestLaneWaitMs = 500;
/** A few milliseconds of work at a time. */
const preparedPhrases = 256;
const preparingPauseMs = 30;

export interface ContentDeps {
  readonly view: () => ViewState;
  /** Of the sound, as the player knows it. */
  readonly durationMs: () => number;
  /** Marks of the open recording that are not the text's. */
  readonly otherMarks: () => readonly LabelledMark[];
  /** Told of every change that shows. */
  readonly onChange: () => void;
  /** Told when other text is there, or none. */
  readonly onText: () => void;
}

export class RecordingContent implements Disposable {
  recording: RecordingSnapshot | undefined;
  waveform: WaveformModel = emptyWaveform;
  waveformProblem: string | undefined;
  transcript: Part<LoadedText> = { kind: 'loading' };
  readonly list = new TranscriptList();
  readonly clock = new TextClock();
  talk: TalkMarks = toTalkMarks(noText, (epochMs) => epochMs, undefined);

  private readonly deps: ContentDeps;
  private readonly parts = new MutableDisposable<Scope>();
  private conversation: ConversationSnapshot | undefined;

  constructor(deps: ContentDeps) {
    this.deps = deps;
  }

  dispose(): void {
    this.parts.dispose();
  }

  /** @param recording undefined for what was held in writing */
  open(conversation: ConversationSnapshot, recording: RecordingSnapshot | undefined): void {
    const scope = new Scope();
    this.parts.value = scope;
    this.conversation = conversation;
    this.recording = recording;
    this.clock.setRecording(recording, conversation.startMs);
    this.setText({ kind: 'loading' });
    this.waveformProblem = undefined;
    const preview = recording === undefined ? [] : toPreviewLanes(recording, conversation.speakers);
    this.updateWaveform(preview);
    const bringLanes = once(() => {
      if (recording === undefined || scope.signal.aborted) {
        return;
      }
      void settlePart(loadLanes(recording, preview, scope.signal), (part) => {
        this.waveformProblem = part.kind === 'failed' ? part.message : undefined;
        this.updateWaveform(
          part.kind === 'ready'
            ? part.value
            : preview.map((lane) => ({ ...lane, note: 'The waveform could not be read' })),
        );
        this.deps.onChange();
      });
    });
    // What is drawn in short already can wait: its many megabytes would come before the first phrases.
    if (preview.every(({ pyramid, isPreview }) => pyramid !== undefined && !isPreview)) {
      scope.atMostEvery(longestLaneWaitMs, bringLanes)();
    } else {
      bringLanes();
    }
    const onHead = (head: LoadedText): void => {
      // Who stood further down wants to be there again, and not at the top for a moment.
      if (this.deps.view().scrollTopPx === 0 && !scope.signal.aborted) {
        this.setText({ kind: 'ready', value: head });
      }
      void painted().then(bringLanes);
    };
    const text = loadText(conversation, recording, this.clock.platform, onHead, scope.signal);
    void settlePart(text, (part) => {
      this.setText(part);
      bringLanes();
      this.prepareSearch(scope);
    });
  }

  /** In between of what a person does; a search before its end prepares the rest itself. */
  private prepareSearch(scope: Scope): void {
    let first = 0;
    const prepareSome = scope.atMostEvery(preparingPauseMs, () => {
      const hasMore = this.list.prepareSearch(first, preparedPhrases);
      first += preparedPhrases;
      if (hasMore) {
        prepareSome();
      }
    });
    prepareSome();
  }

  /** After a change of what the waveform shows besides its lanes. */
  updateWaveform(lanes = this.waveform.lanes): void {
    const { conversation, recording, deps } = this;
    if (conversation === undefined || recording === undefined) {
      this.waveform = emptyWaveform;
      return;
    }
    const { selection, isSwapped } = deps.view();
    this.waveform = toWaveformModel({
      conversation,
      recording,
      lanes,
      durationMs: deps.durationMs(),
      clock: this.clock.platform,
      selection,
      isSwapped,
      marks: [...this.talk.marks, ...deps.otherMarks()],
    });
  }

  /** After a change of the filter or the search. */
  updateRows(): void {
    const { roleFilter, searchText } = this.deps.view();
    this.list.show(roleFilter, searchText);
    this.deps.onChange();
  }

  /** Silence and the like move with the text. */
  markTalk(): void {
    const text = wholeText(this.transcript) ?? noText;
    this.talk = toTalkMarks(
      text,
      (epochMs) => this.clock.toRecordingMs(epochMs),
      this.recording === undefined ? undefined : this.deps.durationMs(),
    );
    this.updateWaveform();
  }

  spokenNow(positionMs: number): SpokenNow {
    return this.list.spokenNow(positionMs, this.recording === undefined ? undefined : this.clock);
  }

  /** The word that is spoken at a position, as a stretch of the recording. */
  spokenWord(positionMs: number): Viewport | undefined {
    const last = this.spokenNow(positionMs).phrases.at(-1);
    const words = last === undefined ? undefined : this.list.phrase(last.phraseIndex)?.words;
    const word = last?.wordIndex === undefined ? undefined : words?.[last.wordIndex];
    return word === undefined
      ? undefined
      : {
          startMs: Math.max(0, this.clock.toRecordingMs(word.startMs)),
          endMs: Math.max(0, this.clock.toRecordingMs(word.startMs + word.durationMs)),
        };
  }

  private setText(part: Part<LoadedText>): void {
    this.transcript = part;
    const { phrases, messages } = part.kind === 'ready' ? part.value : noText;
    this.list.setPhrases(phrases, messages, this.conversation?.speakers ?? []);
    this.markTalk();
    this.updateRows();
    this.deps.onText();
  }
}

/** A function that runs `action` the first time only. */
function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) {
      isDone = true;
      action();
    }
  };
}
