/** Entry of the conversation view's page: names the elements. */
import { ConversationView } from './conversationView.ts';
import { TransportBar } from './transportBar.ts';
import { TranscriptView } from './transcriptView.ts';
import { WaveformView } from './waveformView.ts';

// Parts first: the root is in the page already and renders as soon as it is defined.
customElements.define('genesys-waveform', WaveformView);
customElements.define('genesys-transcript', TranscriptView);
customElements.define('genesys-transport-bar', TransportBar);
customElements.define('genesys-conversation-view', ConversationView);
