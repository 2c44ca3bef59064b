/** What has the focus when a key is pressed, as far as it decides whose key that is. */
import type { FocusKind } from './keyboard.ts';

/** Looks through shadow roots. */
export function focusKindOf(event: KeyboardEvent): FocusKind {
  const target = event.composedPath()[0];
  if (target instanceof HTMLInputElement && target.type === 'range') {
    return 'slider';
  }
  if (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  ) {
    return 'field';
  }
  if (target instanceof HTMLButtonElement) {
    return 'control';
  }
  return target instanceof HTMLElement && target.role?.startsWith('list') === true
    ? 'list'
    : 'page';
}
