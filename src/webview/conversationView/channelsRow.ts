/** The line below the controls of the sound: how loud each channel is, and whose it is. */
import { html, nothing, type TemplateResult } from 'lit';
import { toolButton } from './buttons.ts';
import type { PlaybackSettings } from './playbackSettings.ts';
import type { ViewState } from './viewState.ts';
import type { WaveformModel } from './waveformView.ts';

export function channelsRow(
  laneNames: WaveformModel['laneNames'],
  view: ViewState,
  playback: PlaybackSettings,
): TemplateResult {
  return html`<div class="channels" role="group" aria-label="Channels">
    ${laneNames.map(({ label }, channel) => {
      const isMuted = view.mutedChannels.includes(channel);
      return html`<span class="channel"
        >${toolButton({
          icon: isMuted ? 'mute' : 'unmute',
          label: `Mute ${label}`,
          ...(channel < 2 ? { shortcut: String(channel + 1) } : {}),
          isPressed: isMuted,
          onClick: () => {
            playback.toggleMute(channel);
          },
        })}
        <span class="channel-name" title=${label}>${label}</span>
        <input
          class="volume"
          type="range"
          min="0"
          max="100"
          step="5"
          aria-label="Volume of ${label}"
          .value=${String(Math.round((view.volumes[channel] ?? 1) * 100))}
          @input=${(event: Event): void => {
            if (event.currentTarget instanceof HTMLInputElement) {
              playback.setVolume(channel, event.currentTarget.valueAsNumber / 100);
            }
          }}
      /></span>`;
    })}
    ${
      laneNames.length < 2
        ? nothing
        : toolButton({
            icon: 'arrow-swap',
            label: 'Swap the names of the channels',
            shortcut: 'X',
            isPressed: view.isSwapped,
            onClick: () => {
              playback.swapNames();
            },
          })
    }
  </div>`;
}
