/** Answers a reading thread's requests: reads conversations and gives them out in parts of bounded size. */
import { errors } from '../base/appError.ts';
import { Limiter } from '../base/limiter.ts';
import { parseConversationId } from '../model/ids.ts';
import type {
  DocumentReaderRequests,
  PackedContent,
  PackedDocument,
  ReadDocumentParams,
} from '../protocol/documentReader.ts';
import type { RequestHandlers } from '../protocol/rpc.ts';
import { readDocument } from './archiveSource.ts';
import { packContent, packHead } from './packedDocument.ts';

/**
 * Conversations that are being read at once; one that is not at its end counts until it is read on or dropped, since it holds files and
 * memory. The asker takes them in the order in which it asks, so that those that are open are always the next that it wants.
 */
const maxOpenCount = 4;

interface OpenDocument {
  readonly parts: AsyncGenerator<PackedContent, void, undefined>;
  readonly close: () => void;
}

export function createDocumentHandlers(): RequestHandlers<DocumentReaderRequests> {
  const limiter = new Limiter(maxOpenCount);
  const open = new Map<number, OpenDocument>();

  const close = (documentId: number): void => {
    open.get(documentId)?.close();
    open.delete(documentId);
  };

  const read = async (
    params: ReadDocumentParams,
    answer: (document: PackedDocument) => void,
    signal: AbortSignal,
  ): Promise<void> => {
    const { documentId, archivePath, folder, signature } = params;
    const conversationId = parseConversationId(params.conversationId);
    const listed = { conversationId, folder, signature };
    const document = await readDocument(archivePath, listed, signal);
    const parts = packContent(document.content);
    const content = await nextPart(parts);
    if (content.isLast) {
      answer({ ...packHead(document), content });
      return;
    }
    await new Promise<void>((resolve) => {
      open.set(documentId, { parts, close: resolve });
      answer({ ...packHead(document), content });
    });
  };

  return {
    readDocument: (params, signal) =>
      new Promise((resolve, reject) => {
        limiter.run(() => read(params, resolve, signal), signal).catch(reject);
      }),
    readOn: async ({ documentId }) => {
      const document = open.get(documentId);
      if (document === undefined) {
        throw errors.bug('A conversation that is not open cannot be read on');
      }
      try {
        const content = await nextPart(document.parts);
        if (content.isLast) {
          close(documentId);
        }
        return content;
      } catch (error) {
        close(documentId);
        throw error;
      }
    },
    dropDocument: async ({ documentId }) => {
      const document = open.get(documentId);
      close(documentId);
      await document?.parts.return();
      return document !== undefined;
    },
  };
}

async function nextPart(parts: OpenDocument['parts']): Promise<PackedContent> {
  const { value } = await parts.next();
  if (value === undefined) {
    throw errors.bug('A conversation ended before its last part');
  }
  return value;
}
