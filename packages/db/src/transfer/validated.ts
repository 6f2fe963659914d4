import { isTimestamp } from "../changes/new-entry.ts";
import { isSentHash } from "../changes/sent-hash.ts";
import type { Entry } from "../entities.ts";
import { StoreError } from "../errors.ts";
import {
  isContent,
  isId,
  isMessageId,
  isReactionKey,
  isText,
  isTitle,
  mentionsMax,
} from "../limits.ts";
import { isMetadata, type Metadata } from "../metadata.ts";
import type {
  CountedMember,
  StoredConversation,
  StoredEntry,
  TransferStore,
} from "../ports/transfer.ts";
import { conversationOf, type Stream } from "../stream.ts";

/** Refuses a call while the store is not open, or with an invalid id. */
type Check = (...ids: string[]) => void;

/** Wraps the port of the transfers so that what a store could not give back unchanged is refused with `invalid`. */
export function validatedTransfer(transfer: TransferStore, check: Check): TransferStore {
  return {
    async conversations(range) {
      check();
      return transfer.conversations(range);
    },
    async noteUsers(range) {
      check();
      return transfer.noteUsers(range);
    },
    async members(conversationId, range) {
      check(conversationId);
      return transfer.members(conversationId, range);
    },
    async entries(stream, range) {
      check(stream.slice(2));
      return transfer.entries(stream, range);
    },
    async find(conversationId) {
      check(conversationId);
      return transfer.find(conversationId);
    },
    async begin(conversation) {
      check(conversation.id);
      checkConversation(conversation);
      return transfer.begin(conversation);
    },
    async put(stream, entries) {
      check(stream.slice(2));
      for (const entry of entries) checkEntry(stream, entry);
      return transfer.put(stream, entries);
    },
    async finish(conversationId, members) {
      check(conversationId);
      if (new Set(members.map(({ user_id }) => user_id)).size < members.length) {
        throw new StoreError("invalid", "a member is named twice");
      }
      for (const member of members) checkMember(member);
      return transfer.finish(conversationId, members);
    },
    async source() {
      check();
      return transfer.source();
    },
    async setSource(name) {
      check();
      return transfer.setSource(name);
    },
    async backup(file, onProgress) {
      check();
      return transfer.backup(file, onProgress);
    },
  };
}

function checkConversation({ created_at, title, metadata }: StoredConversation): void {
  require(isTimestamp(created_at), "created_at");
  require(title === undefined || isTitle(title), "title");
  require(isMetadataOrAbsent(metadata), "metadata");
}

function checkMember({ user_id, joined_at, read_seq, revision, ...rest }: CountedMember): void {
  const { muted_until, archived_seq } = rest;
  require(isId(user_id), "user_id");
  require(isTimestamp(joined_at), "joined_at");
  require(isPosition(read_seq), "read_seq");
  require(isPosition(revision), "revision");
  require(muted_until === null || isTimestamp(muted_until), "muted_until");
  require(archived_seq === null || isPosition(archived_seq), "archived_seq");
}

function checkEntry(stream: Stream, entry: StoredEntry): void {
  const { id, user_id, timestamp, conversation_id, seq } = entry;
  require(isMessageId(id), "id", entry);
  require(isId(user_id), "user_id", entry);
  require(isTimestamp(timestamp), "timestamp", entry);
  require(conversation_id === conversationOf(stream), "conversation_id", entry);
  require(isPosition(seq) && seq > 0, "seq", entry);
  const { kind, sent_hash } = entry;
  const hasHash = sent_hash === undefined || (kind === "message" && isSentHash(sent_hash));
  require(hasHash, "sent_hash", entry);
  // What an entry names comes before it.
  const isBefore = (other: number | undefined) =>
    other === undefined || (isPosition(other) && other > 0 && other < seq);
  if (entry.kind !== "message") require(isBefore(entry.target_seq), "target_seq", entry);
  switch (entry.kind) {
    case "message": {
      const { reply_to, thread_seq, mentions = [], metadata } = entry;
      require(isStoredText(entry), "content", entry);
      require(isBefore(reply_to), "reply_to", entry);
      require(isBefore(thread_seq), "thread_seq", entry);
      const isMany = mentions.length > mentionsMax;
      require(mentions === "everyone" || (!isMany && mentions.every(isId)), "mentions", entry);
      require(isMetadataOrAbsent(metadata), "metadata", entry);
      return;
    }
    case "edit":
      require(isStoredText(entry), "content", entry);
      require(isMetadataOrAbsent(entry.metadata), "metadata", entry);
      return;
    case "reaction":
      require(isReactionKey(entry.key), "key", entry);
      require(entry.reactions.every(({ key }) => isText(key)), "reactions", entry);
      return;
    case "deletion":
      require(isBefore(entry.thread_seq), "thread_seq", entry);
      return;
  }
}

function isStoredText({ content, erased }: { content: string; erased?: true }): boolean {
  return erased ? content === "" : isContent(content);
}

function isMetadataOrAbsent(metadata: Metadata | undefined): boolean {
  return metadata === undefined || isMetadata(metadata);
}

function isPosition(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function require(isRight: boolean, field: string, entry?: Entry): void {
  if (isRight) return;
  const text = entry ? `entry ${entry.seq} cannot be stored` : "it cannot be stored";
  throw new StoreError("invalid", `${text}, for its ${field}`, { field });
}
