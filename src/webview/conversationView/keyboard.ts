/** Which key does what in the conversation view; pure, so that the table shown by `?` cannot differ from what happens. */

export type ShortcutCommand =
  | 'togglePlay'
  | 'back'
  | 'forward'
  | 'previousPhrase'
  | 'nextPhrase'
  | 'start'
  | 'end'
  | 'zoomIn'
  | 'zoomOut'
  | 'zoomAll'
  | 'slower'
  | 'faster'
  | 'search'
  | 'searchNext'
  | 'searchPrevious'
  | 'toggleFollow'
  | 'selectFrom'
  | 'selectTo'
  | 'toggleLoop'
  | 'toggleSkipSilence'
  | 'nextSegment'
  | 'previousSegment'
  | 'nextSilence'
  | 'previousSilence'
  | 'nextOvertalk'
  | 'previousOvertalk'
  | 'toggleChannels'
  | 'muteFirst'
  | 'muteSecond'
  | 'swapChannels'
  | 'toggleConfidence'
  | 'toggleSummary'
  | 'addNote'
  | 'toggleNotes'
  | 'copyLink'
  | 'exportTranscript'
  | 'exportClip'
  | 'help'
  | 'dismiss';

/** The part of a KeyboardEvent that decides. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Where the focus is: a field takes letters, a slider its arrows, a button or list takes Space, Enter and its own arrows. */
export type FocusKind = 'page' | 'field' | 'slider' | 'control' | 'list';

interface Shortcut {
  readonly command: ShortcutCommand;
  /** As KeyboardEvent.key says, lower case; `shift+` and `mod+` (Ctrl or ⌘) before it. */
  readonly keys: readonly string[];
  readonly title: string;
  /** As the help shows the keys. */
  readonly label: string;
}

export const shortcuts: readonly Shortcut[] = [
  { command: 'togglePlay', keys: [' ', 'k'], label: 'Space, K', title: 'Play or pause' },
  { command: 'back', keys: ['arrowleft', 'j'], label: '←, J', title: 'Back 5 seconds' },
  { command: 'forward', keys: ['arrowright', 'l'], label: '→, L', title: 'Forward 5 seconds' },
  {
    command: 'previousPhrase',
    keys: ['shift+arrowleft'],
    label: 'Shift+←',
    title: 'Previous phrase',
  },
  { command: 'nextPhrase', keys: ['shift+arrowright'], label: 'Shift+→', title: 'Next phrase' },
  { command: 'start', keys: ['home'], label: 'Home', title: 'Go to the start' },
  { command: 'end', keys: ['end'], label: 'End', title: 'Go to the end' },
  { command: 'slower', keys: ['['], label: '[', title: 'Slower' },
  { command: 'faster', keys: [']'], label: ']', title: 'Faster' },
  { command: 'zoomIn', keys: ['+', 'shift++', '='], label: '+', title: 'Zoom in' },
  { command: 'zoomOut', keys: ['-', 'shift+_'], label: '−', title: 'Zoom out' },
  { command: 'zoomAll', keys: ['0'], label: '0', title: 'Show the whole recording' },
  { command: 'search', keys: ['/', 'shift+/', 'mod+f'], label: '/, Ctrl+F', title: 'Search' },
  { command: 'searchNext', keys: ['f3', 'n'], label: 'F3, N', title: 'Next match' },
  {
    command: 'searchPrevious',
    keys: ['shift+f3', 'shift+n'],
    label: 'Shift+F3',
    title: 'Previous match',
  },
  { command: 'toggleFollow', keys: ['f'], label: 'F', title: 'Follow the sound' },
  { command: 'selectFrom', keys: ['i'], label: 'I', title: 'Select from here' },
  { command: 'selectTo', keys: ['o'], label: 'O', title: 'Select to here' },
  { command: 'toggleLoop', keys: ['r'], label: 'R', title: 'Repeat the selection' },
  { command: 'toggleSkipSilence', keys: ['s'], label: 'S', title: 'Skip silence' },
  { command: 'nextSegment', keys: ['e'], label: 'E', title: 'Next segment' },
  { command: 'previousSegment', keys: ['shift+e'], label: 'Shift+E', title: 'Previous segment' },
  { command: 'nextSilence', keys: ['g'], label: 'G', title: 'Next silence' },
  { command: 'previousSilence', keys: ['shift+g'], label: 'Shift+G', title: 'Previous silence' },
  { command: 'nextOvertalk', keys: ['t'], label: 'T', title: 'Next overtalk' },
  { command: 'previousOvertalk', keys: ['shift+t'], label: 'Shift+T', title: 'Previous overtalk' },
  { command: 'toggleChannels', keys: ['v'], label: 'V', title: 'Show the channels' },
  { command: 'muteFirst', keys: ['1'], label: '1', title: 'Mute the first channel' },
  { command: 'muteSecond', keys: ['2'], label: '2', title: 'Mute the second channel' },
  { command: 'swapChannels', keys: ['x'], label: 'X', title: 'Swap the names of the channels' },
  { command: 'toggleConfidence', keys: ['c'], label: 'C', title: 'Shade words by confidence' },
  { command: 'toggleSummary', keys: ['u'], label: 'U', title: 'Show the summary' },
  { command: 'addNote', keys: ['m'], label: 'M', title: 'Add a note here' },
  { command: 'toggleNotes', keys: ['shift+m'], label: 'Shift+M', title: 'Show the notes' },
  { command: 'copyLink', keys: ['y'], label: 'Y', title: 'Copy a link to this moment' },
  { command: 'exportTranscript', keys: ['d'], label: 'D', title: 'Export the transcript' },
  { command: 'exportClip', keys: ['shift+d'], label: 'Shift+D', title: 'Export the selection' },
  { command: 'help', keys: ['?', 'shift+?'], label: '?', title: 'Show these shortcuts' },
  { command: 'dismiss', keys: ['escape'], label: 'Esc', title: 'Close or clear' },
];

const commandsByKeys: ReadonlyMap<string, ShortcutCommand> = new Map(
  shortcuts.flatMap(({ keys, command }) => keys.map((key) => [key, command] as const)),
);

/** Keys that belong to the focused thing and not to the page. */
const keysOf: Readonly<Record<FocusKind, (keys: string) => boolean>> = {
  page: () => false,
  field: (keys) => !keys.startsWith('mod+') && !/^(?:escape|(?:shift\+)?f\d+)$/u.test(keys),
  slider: (keys) => /^(?:arrow|page|home$|end$)/u.test(keys),
  control: (keys) => keys === ' ' || keys === 'enter',
  list: (keys) => keys === 'home' || keys === 'end',
};

/** The command of a key press, or undefined when the key is not ours or belongs to what has the focus. */
export function toCommand(press: KeyPress, focus: FocusKind): ShortcutCommand | undefined {
  if (press.altKey) {
    return undefined;
  }
  const isModified = press.ctrlKey || press.metaKey;
  const keys = `${isModified ? 'mod+' : ''}${press.shiftKey ? 'shift+' : ''}${press.key.toLowerCase()}`;
  return keysOf[focus](keys) ? undefined : commandsByKeys.get(keys);
}
