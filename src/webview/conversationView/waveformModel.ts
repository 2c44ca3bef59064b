/** The waveform of a recording with what the platform says about its time: segments and cuts. Pure. */
import type { ConversationSnapshot, RecordingSnapshot } from '../../protocol/conversationView.ts';
import type { Alignment } from '../../transcript/alignment.ts';
import { toSegmentRows } from './segmentRows.ts';
import type { LabelledMark } from './talkMarks.ts';
import { formatTime } from './timeFormat.ts';
import type { Viewport } from './waveformLayout.ts';
import type { WaveformModel } from './waveformView.ts';

export interface WaveformSource {
  readonly conversation: ConversationSnapshot;
  readonly recording: RecordingSnapshot;
  readonly lanes: WaveformModel['lanes'];
  readonly durationMs: number;
  /** The platform's clock: a person's offset moves the text only. */
  readonly clock: Alignment;
  readonly selection: Viewport | undefined;
  /** Whether the first two channels exchange names and colours. */
  readonly isSwapped: boolean;
  readonly marks: readonly LabelledMark[];
}

/** Positions are milliseconds of the recording. */
export function toWaveformModel(source: WaveformSource): WaveformModel {
  const { conversation, recording, lanes, durationMs, clock, selection, marks } = source;
  const recordingStartMs = recording.startMs ?? conversation.startMs;
  const toMs = (epochMs: number): number => clock.toRecordingMs(epochMs);
  return {
    durationMs,
    lanes,
    laneNames: toLaneNames(lanes, source.isSwapped),
    selection,
    marks,
    segmentRows: toSegmentRows(conversation.segments, toMs, durationMs),
    cuts: recording.cuts.map((cut) => ({
      positionMs: toMs(recordingStartMs + cut.realtimeOffsetMs),
      label: `${cut.reason}: ${formatTime(cut.durationMs)} not recorded`,
    })),
  };
}

function toLaneNames(
  lanes: WaveformModel['lanes'],
  isSwapped: boolean,
): WaveformModel['laneNames'] {
  const names = lanes.map(({ label, tone }) => ({ label, tone }));
  const [first, second, ...others] = names;
  return isSwapped && first !== undefined && second !== undefined
    ? [second, first, ...others]
    : names;
}
