import { type ChatStore, type FormerService, isStoreError } from "@chatnest/db";
import { withPatience } from "../../transfer/patience.ts";
import { parseConversation, parseMessage } from "./parse-documents.ts";
import { putConversation } from "./put-conversations.ts";
import { type KeyedMessage, markAsRead, putMessages } from "./put-messages.ts";

/** What became of the documents of one collection. */
export interface FormerCollectionCounts {
  stored: number;
  /** Stored by an earlier run. */
  existing: number;
  refused: number;
}

/** What an import has done so far. */
export interface FormerReport {
  conversations: FormerCollectionCounts;
  messages: FormerCollectionCounts;
}

/** A document that cannot be imported. */
export interface RefusedDocument {
  collection: keyof FormerReport;
  /** Its `_id`. */
  key: string;
  reason: string;
}

/** How to import, and what to call meanwhile. */
export interface ImportFormerOptions {
  signal: AbortSignal;
  onRefused(document: RefusedDocument): void;
  onProgress(report: FormerReport): void;
  onRetry(reason: string): void;
}

/** How many messages are stored together. */
const batchSize = 200;

/**
 * Imports all conversations, then all messages, of the former service. Can be interrupted at any point and repeated: nothing is
 * stored twice.
 * @throws StoreError, or the reason of the signal.
 */
export async function importFormer(
  store: ChatStore,
  former: FormerService,
  { signal, onRefused, onProgress, onRetry }: ImportFormerOptions,
): Promise<FormerReport> {
  const report: FormerReport = { conversations: noCounts(), messages: noCounts() };
  const patiently = <TResult>(call: () => Promise<TResult>) => {
    return withPatience(call, { signal, onRetry });
  };

  function refuse(document: RefusedDocument): void {
    report[document.collection].refused++;
    onRefused(document);
  }

  async function importConversations(): Promise<void> {
    for await (const document of former.conversations()) {
      signal.throwIfAborted();
      const { key } = document;
      const parsed = parseConversation(document);
      if ("reason" in parsed) {
        refuse({ collection: "conversations", key, ...parsed });
        continue;
      }
      try {
        const isStored = await patiently(() => putConversation(store, parsed.value));
        report.conversations[isStored ? "stored" : "existing"]++;
      } catch (error) {
        if (!isStoreError(error, "conflict") && !isStoreError(error, "invalid")) throw error;
        refuse({ collection: "conversations", key, reason: error.message });
      }
      onProgress(report);
    }
  }

  /** Where the newest message of the conversation that is being imported is. */
  let newest: { conversation_id: string; seq: number } | undefined;

  async function finishConversation(): Promise<void> {
    const finished = newest;
    newest = undefined;
    if (finished) {
      await patiently(() => markAsRead(store, finished.conversation_id, finished.seq));
    }
  }

  async function put(batch: readonly KeyedMessage[]): Promise<void> {
    if (batch.length === 0) return;
    const results = await patiently(() => putMessages(store, batch));
    for (const [index, result] of results.entries()) {
      const { key = "", message } = batch[index] ?? {};
      if ("reason" in result) {
        refuse({ collection: "messages", key, ...result });
        continue;
      }
      report.messages[result.status]++;
      const { conversation_id = null } = message ?? {};
      if (conversation_id === null) continue;
      if (newest?.conversation_id !== conversation_id) await finishConversation();
      newest = { conversation_id, seq: Math.max(result.seq, newest?.seq ?? 0) };
    }
    onProgress(report);
  }

  async function importMessages(): Promise<void> {
    let batch: KeyedMessage[] = [];
    for await (const document of former.messages()) {
      signal.throwIfAborted();
      const { key } = document;
      const parsed = parseMessage(document);
      if ("reason" in parsed) {
        refuse({ collection: "messages", key, ...parsed });
        continue;
      }
      batch.push({ key, message: parsed.value });
      if (batch.length < batchSize) continue;
      await put(batch);
      batch = [];
    }
    await put(batch);
    await finishConversation();
  }

  await importConversations();
  await importMessages();
  return report;
}

function noCounts(): FormerCollectionCounts {
  return { stored: 0, existing: 0, refused: 0 };
}
