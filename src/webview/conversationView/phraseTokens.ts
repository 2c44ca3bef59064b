/**
 * The words of a phrase as elements. Made directly: a template for each word costs several times as much, and a scrolled list makes
 * hundreds of them in a frame. Text only ever becomes text nodes.
 */
import type { Phrase } from '../../model/transcript.ts';
import { matchedTokens, toTokens, type Token } from './transcriptRows.ts';

export interface TokenMarks {
  readonly spokenWord: number | undefined;
  readonly searchText: string;
  readonly isShadingConfidence: boolean;
}

/** Below this a word is told as unsure, 0 to 1. */
const sureConfidence = 0.7;

/** Elements of the class `word`, with their position in `data-word`, parted by spaces. */
export function createTokens(phrase: Phrase, marks: TokenMarks): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const tokens = toTokens(phrase);
  const matched = matchedTokens(tokens, marks.searchText);
  tokens.forEach((token, index) => {
    fragment.append(createToken(token, matched.has(index), marks), ' ');
  });
  return fragment;
}

function createToken(
  { text, wordIndex, confidence }: Token,
  isMatch: boolean,
  { spokenWord, isShadingConfidence }: TokenMarks,
): HTMLElement {
  const element = document.createElement('span');
  const classes = [
    ...(wordIndex === undefined ? [] : ['word']),
    ...(wordIndex !== undefined && wordIndex === spokenWord ? ['now'] : []),
    ...(isMatch ? ['match'] : []),
  ];
  if (confidence !== undefined && confidence < sureConfidence) {
    if (isShadingConfidence) {
      classes.push('unsure');
    }
    element.title = `Recognised with ${String(Math.round(confidence * 100))} % confidence`;
  }
  if (classes.length > 0) {
    element.className = classes.join(' ');
  }
  if (wordIndex !== undefined) {
    element.dataset['word'] = String(wordIndex);
  }
  element.textContent = text;
  return element;
}
