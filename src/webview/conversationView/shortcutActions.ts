/** What each shortcut does. Knows the controller; what needs elements comes in. */
import type { ConversationController } from './conversationController.ts';
import type { ShortcutCommand } from './keyboard.ts';
import { stepSpeed } from './speeds.ts';
import type { TransportCommands } from './transportBar.ts';

export interface ShortcutDeps {
  readonly controller: ConversationController;
  readonly transport: TransportCommands;
  readonly skip: (direction: 1 | -1) => void;
  readonly focusSearch: () => void;
  readonly stepMatch: (direction: 1 | -1) => void;
  readonly toggleFollow: () => void;
  readonly addNote: () => void;
  readonly copyLink: () => void;
  readonly dismiss: () => void;
}

export function createShortcutActions(
  deps: ShortcutDeps,
): Readonly<Record<ShortcutCommand, () => void>> {
  const { controller, transport } = deps;
  const { player, playback } = controller;
  return {
    togglePlay: transport.togglePlay,
    back: () => {
      deps.skip(-1);
    },
    forward: () => {
      deps.skip(1);
    },
    previousPhrase: () => {
      controller.stepPhrase(-1);
    },
    nextPhrase: () => {
      controller.stepPhrase(1);
    },
    start: () => {
      player.seek(0);
    },
    end: () => {
      player.seek(player.state.durationMs);
    },
    zoomIn: () => {
      transport.zoom(2);
    },
    zoomOut: () => {
      transport.zoom(0.5);
    },
    zoomAll: transport.zoomAll,
    slower: () => {
      player.setSpeed(stepSpeed(controller.view.speed, -1));
    },
    faster: () => {
      player.setSpeed(stepSpeed(controller.view.speed, 1));
    },
    search: deps.focusSearch,
    searchNext: () => {
      deps.stepMatch(1);
    },
    searchPrevious: () => {
      deps.stepMatch(-1);
    },
    toggleFollow: deps.toggleFollow,
    selectFrom: () => {
      playback.selectEdge('start');
    },
    selectTo: () => {
      playback.selectEdge('end');
    },
    toggleLoop: transport.toggleLoop,
    toggleSkipSilence: transport.toggleSkipSilence,
    nextSegment: () => {
      playback.jump('segments', 1);
    },
    previousSegment: () => {
      playback.jump('segments', -1);
    },
    nextSilence: () => {
      playback.jump('silences', 1);
    },
    previousSilence: () => {
      playback.jump('silences', -1);
    },
    nextOvertalk: () => {
      playback.jump('overtalks', 1);
    },
    previousOvertalk: () => {
      playback.jump('overtalks', -1);
    },
    toggleChannels: transport.toggleChannels,
    muteFirst: () => {
      playback.toggleMute(0);
    },
    muteSecond: () => {
      playback.toggleMute(1);
    },
    swapChannels: () => {
      playback.swapNames();
    },
    toggleConfidence: () => {
      controller.change({ isShadingConfidence: !controller.view.isShadingConfidence });
    },
    toggleSummary: () => {
      controller.change({ isSummaryShown: !controller.view.isSummaryShown });
    },
    addNote: deps.addNote,
    toggleNotes: () => {
      controller.change({ isNotesShown: !controller.view.isNotesShown });
    },
    copyLink: deps.copyLink,
    exportTranscript: () => {
      controller.export('transcript');
    },
    exportClip: () => {
      controller.export('clip');
    },
    help: transport.showHelp,
    dismiss: deps.dismiss,
  };
}
