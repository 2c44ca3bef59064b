/** What was written in chats, messages and e-mails, in the form in which recordings of text carry it. */
import type { Models } from 'purecloud-platform-client-v2';
import type { SimulatedFile } from '../organisation.ts';
import { invoicePdf, photoPng } from './attachmentFiles.ts';
import type { ConversationPlan, PlannedAgent, PlannedRecording } from './conversationPlan.ts';
import { iso } from './detailParts.ts';
import { closings, dialogues, fillers, openings } from './dialogues.ts';
import { hostileTexts } from './hostileTexts.ts';
import { createRandom, type Random } from './random.ts';

interface WrittenMessage {
  readonly id: string;
  readonly atMs: number;
  readonly isAgent: boolean;
  readonly text: string;
}

/** The one transcript key that fits the medium. */
export function toTextMedia(plan: ConversationPlan, recording: PlannedRecording): Models.Recording {
  const random = createRandom(`text of ${recording.id}`);
  const agent = plan.legs.find((leg) => leg.agent !== undefined)?.agent;
  const messages = write(random, plan, recording, agent);
  switch (plan.mediaType) {
    case 'chat':
      return { transcript: messages.map((message, index) => toChat(plan, agent, message, index)) };
    case 'message':
      return {
        messagingTranscript: messages.map((message) => toMessaging(random, plan, agent, message)),
      };
    case 'email':
      return { emailTranscript: messages.map((message) => toEmail(random, plan, agent, message)) };
    case 'voice':
    case 'callback':
      return {};
  }
}

/** In order, all within the recording; the other side answers in turn. */
function write(
  random: Random,
  plan: ConversationPlan,
  recording: PlannedRecording,
  agent: PlannedAgent | undefined,
): readonly WrittenMessage[] {
  const dialogue = dialogues[plan.topic];
  const lengthMs = recording.endMs - recording.startMs;
  const count = plan.mediaType === 'email' ? random.int(1, 4) : random.int(4, 24);
  const answeredMs = agent?.alert.endMs ?? recording.endMs;
  return Array.from({ length: count }, (_, index): WrittenMessage => {
    const atMs = recording.startMs + Math.floor((lengthMs * (index + 0.1)) / count);
    const isAgent = atMs > answeredMs && index % 2 === 1;
    const lines =
      index === count - 1
        ? closings
        : isAgent && index < 2
          ? openings
          : isAgent
            ? dialogue.agent
            : dialogue.customer;
    const text = random.chance(0.15) ? random.pick(fillers).text : random.pick(lines).text;
    return {
      id: random.uuid(),
      atMs,
      isAgent,
      text: random.chance(0.02) ? random.pick(hostileTexts) : text,
    };
  });
}

function toChat(
  plan: ConversationPlan,
  agent: PlannedAgent | undefined,
  message: WrittenMessage,
  index: number,
): Models.ChatMessage {
  const isAgent = message.isAgent && agent !== undefined;
  return {
    id: message.id,
    from: isAgent ? agent.name : plan.customer.name,
    utc: iso(message.atMs),
    chat: plan.conversationId,
    message: String(index + 1),
    type: 'chat',
    body: message.text,
    bodyType: 'STANDARD',
    senderCommunicationId: isAgent ? agent.sessionId : plan.customer.sessionId,
    participantPurpose: isAgent ? 'agent' : 'customer',
    ...(isAgent ? { user: { id: agent.userId, name: agent.name } } : {}),
  };
}

function toMessaging(
  random: Random,
  plan: ConversationPlan,
  agent: PlannedAgent | undefined,
  message: WrittenMessage,
): Models.RecordingMessagingMessage {
  const isAgent = message.isAgent && agent !== undefined;
  const { address, participantId } = plan.customer;
  const hasPhoto = !isAgent && random.chance(0.08);
  return {
    id: message.id,
    from: isAgent ? plan.ownAddress : address,
    to: isAgent ? address : plan.ownAddress,
    timestamp: iso(message.atMs),
    purpose: isAgent ? 'agent' : 'customer',
    participantId: isAgent ? agent.participantId : participantId,
    messageText: message.text,
    ...(isAgent ? { fromUser: { id: agent.userId, name: agent.name, version: 1 } } : {}),
    messageMediaAttachments: hasPhoto ? [toPhoto(random)] : [],
    messageStickerAttachments: [],
    quickReplies: [],
  };
}

function toEmail(
  random: Random,
  plan: ConversationPlan,
  agent: PlannedAgent | undefined,
  message: WrittenMessage,
): Models.RecordingEmailMessage {
  const customer = { email: plan.customer.address, name: plan.customer.name };
  const support = { email: plan.ownAddress, name: agent?.name ?? 'Support' };
  const hasFile = random.chance(0.2);
  return {
    id: message.id,
    subject: message.isAgent ? `Re: ${plan.subject ?? ''}` : (plan.subject ?? ''),
    from: message.isAgent ? support : customer,
    to: [message.isAgent ? customer : support],
    cc: [],
    bcc: [],
    textBody: message.text,
    htmlBody: `<p>${message.text}</p><script>document.title = 'mail ran a script'</script>`,
    time: iso(message.atMs),
    attachments: hasFile ? [toInvoice(random)] : [],
  };
}

/** Names come from the sender, who may be an enemy. */
function toPhoto(random: Random): Models.MessageMediaAttachment {
  const id = random.uuid();
  return {
    id,
    name: random.chance(0.1) ? 'photo of the meter.png' : 'photo.png',
    mediaType: 'image/png',
    contentLength: photoPng(id).byteLength,
  };
}

function toInvoice(random: Random): Models.EmailAttachment {
  const attachmentId = random.uuid();
  return {
    name: random.chance(0.2) ? '../../invoice.pdf' : 'invoice.pdf',
    contentType: 'application/pdf',
    contentLength: invoicePdf(attachmentId).byteLength,
    attachmentId,
  };
}

/** The file that one of the recording's messages has attached. */
export function textAttachment(recording: Models.Recording, id: string): SimulatedFile | undefined {
  const photos = (recording.messagingTranscript ?? []).flatMap(
    (message) => message.messageMediaAttachments ?? [],
  );
  if (photos.some((photo) => photo.id === id)) {
    return { bytes: photoPng(id), contentType: 'image/png' };
  }
  const files = (recording.emailTranscript ?? []).flatMap((message) => message.attachments ?? []);
  return files.some((file) => file.attachmentId === id)
    ? { bytes: invoicePdf(id), contentType: 'application/pdf' }
    : undefined;
}
