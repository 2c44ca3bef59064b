/** WebVTT and SubRip: cues in the times of the sound. */
import { toCueTime } from './timeText.ts';
import type { TranscriptLine } from './transcriptLines.ts';

/** Players drop a cue without length. */
const shortestCueMs = 1;

/**
 * WebVTT, a cue a line with its speaker as voice and the side (`agent`, `customer`, `system`) as class. What was said before
 * the recording is at its start.
 * @see W3C WebVTT: The Web Video Text Tracks Format
 */
export function* toWebVtt(
  lines: Iterable<TranscriptLine>,
  title: string,
): Generator<string, void, undefined> {
  yield `WEBVTT\n\nNOTE ${oneLine(title).replaceAll('-->', '→')}\n`;
  for (const line of inTime(lines)) {
    if (line.text !== '') {
      yield `\n${String(line.index + 1)}\n${cueTimes(line, '.')}\n<v.${line.side} ${escapeVtt(line.speaker)}>${escapeVtt(line.text)}</v>\n`;
    }
  }
}

/** SubRip: `Speaker: text`, numbered from 1. The format has no escapes: angle brackets become their look-alikes. */
export function* toSubRip(lines: Iterable<TranscriptLine>): Generator<string, void, undefined> {
  let number = 0;
  for (const line of inTime(lines)) {
    if (line.text !== '') {
      number++;
      yield `${number === 1 ? '' : '\n'}${String(number)}\n${cueTimes(line, ',')}\n${plain(`${line.speaker}: ${line.text}`)}\n`;
    }
  }
}

/** Cues must not go back in time; cuts and clamping never make lines do so, files of others might. */
function* inTime(lines: Iterable<TranscriptLine>): Generator<TranscriptLine, void, undefined> {
  let earliestMs = 0;
  for (const line of lines) {
    earliestMs = Math.max(earliestMs, line.startMs);
    yield { ...line, startMs: earliestMs, endMs: Math.max(earliestMs + shortestCueMs, line.endMs) };
  }
}

function cueTimes({ startMs, endMs }: TranscriptLine, mark: '.' | ','): string {
  return `${toCueTime(startMs, mark)} --> ${toCueTime(endMs, mark)}`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s\u2028\u2029]+/gu, ' ').trim();
}

function escapeVtt(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function plain(text: string): string {
  return text.replaceAll('<', '‹').replaceAll('>', '›');
}
