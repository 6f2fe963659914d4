import { checkNewEntry } from "./changes/new-entry.ts";
import { StoreError } from "./errors.ts";
import { isId, isMessageId } from "./limits.ts";
import { checkConversationChange, checkNewConversation } from "./new-conversation.ts";
import type { ConversationStore } from "./ports/conversations.ts";
import type { ErasureStore } from "./ports/erasures.ts";
import type { LogStore } from "./ports/log.ts";
import type { MemberStore } from "./ports/members.ts";
import type { MessageStore } from "./ports/messages.ts";
import type { ReadStore } from "./ports/reads.ts";
import { checkMark, checkSettings } from "./reads/check.ts";
import type { ChatStore } from "./store.ts";
import { validatedTransfer } from "./transfer/validated.ts";

/** A store that trusts its input. Its owner closes it. */
export type UncheckedStore = Omit<ChatStore, "close">;

/** Refuses a call while the store is not open, or with an invalid id. */
type Check = (...ids: string[]) => void;

/**
 * Wraps a store so that input that a store could not give back unchanged is refused with `invalid` before it gets there.
 * `admit` is called first: it throws while the store is not open.
 */
export function validatedStore(store: UncheckedStore, admit: () => void): UncheckedStore {
  function check(...ids: string[]): void {
    admit();
    for (const id of ids) {
      if (!isId(id)) throw new StoreError("invalid", "not a valid id of a user or a conversation");
    }
  }

  return {
    log: validatedLog(store.log, check),
    messages: validatedMessages(store.messages, check),
    members: validatedMembers(store.members, check),
    conversations: validatedConversations(store.conversations, check),
    reads: validatedReads(store.reads, check),
    erasures: validatedErasures(store.erasures, check),
    transfer: validatedTransfer(store.transfer, check),
    // They are given what was read from the store.
    checks: store.checks,
    watch: store.watch,
    watchState: store.watchState,
    async epoch() {
      admit();
      return store.epoch();
    },
    async renewEpoch() {
      admit();
      return store.renewEpoch();
    },
    async upgrade() {
      admit();
      return store.upgrade();
    },
    async ping() {
      admit();
      return store.ping();
    },
  };
}

function validatedLog(log: LogStore, check: Check): LogStore {
  return {
    async append(entry, options) {
      check();
      checkNewEntry(entry);
      return log.append(entry, options);
    },
    async find(stream, id) {
      check(stream.slice(2));
      return isMessageId(id) ? log.find(stream, id) : null;
    },
    async findSame(entry) {
      check();
      checkNewEntry(entry);
      return log.findSame(entry);
    },
    async page(stream, range) {
      check(stream.slice(2));
      return log.page(stream, range);
    },
    async heads(streams) {
      check(...streams.map((stream) => stream.slice(2)));
      return log.heads(streams);
    },
  };
}

function validatedMessages(messages: MessageStore, check: Check): MessageStore {
  return {
    async page(stream, range) {
      check(stream.slice(2));
      return messages.page(stream, range);
    },
    async readOn(stream, range) {
      check(stream.slice(2));
      return messages.readOn(stream, range);
    },
    async get(stream, seq) {
      check(stream.slice(2));
      return messages.get(stream, seq);
    },
    async versions(stream, seq) {
      check(stream.slice(2));
      return messages.versions(stream, seq);
    },
    async reactors(stream, seq, range) {
      check(stream.slice(2));
      return messages.reactors(stream, seq, range);
    },
  };
}

function validatedMembers(members: MemberStore, check: Check): MemberStore {
  return {
    async has(member) {
      check(member.conversation_id, member.user_id);
      return members.has(member);
    },
    async join(member) {
      check(member.conversation_id, member.user_id);
      return members.join(member);
    },
    async leave(member) {
      check(member.conversation_id, member.user_id);
      return members.leave(member);
    },
    async update(member, change) {
      check(member.conversation_id, member.user_id);
      checkSettings(change);
      return members.update(member, change);
    },
    async list(conversationId, range) {
      check(conversationId);
      return members.list(conversationId, range);
    },
    async among(query) {
      if ("members" in query) {
        for (const { conversation_id, user_id } of query.members) check(conversation_id, user_id);
      } else check(...query.conversation_ids, ...query.user_ids);
      return members.among(query);
    },
    async changes(query) {
      check(...query.user_ids);
      return members.changes(query);
    },
  };
}

function validatedConversations(conversations: ConversationStore, check: Check): ConversationStore {
  return {
    async create(conversation) {
      check();
      checkNewConversation(conversation);
      return conversations.create(conversation);
    },
    async get(ids, newest, members) {
      check(...ids);
      return conversations.get(ids, newest, members);
    },
    async update(id, change) {
      check(id);
      checkConversationChange(change);
      return conversations.update(id, change);
    },
    async inbox(userId, range) {
      check(userId);
      return conversations.inbox(userId, range);
    },
    async itemsOf(userId, ids) {
      check(userId, ...ids);
      return conversations.itemsOf(userId, ids);
    },
    async idsOf(userId, range) {
      check(userId);
      return conversations.idsOf(userId, range);
    },
    async heads(query) {
      if (query === "active") check();
      else if ("user_id" in query) check(query.user_id);
      else check(...query.conversation_ids);
      return conversations.heads(query);
    },
  };
}

function validatedReads(reads: ReadStore, check: Check): ReadStore {
  return {
    async mark(member, mark) {
      check(member.conversation_id, member.user_id);
      checkMark(mark);
      return reads.mark(member, mark);
    },
    async list(conversationId, range) {
      check(conversationId);
      return reads.list(conversationId, range);
    },
    async totals(userId) {
      check(userId);
      return reads.totals(userId);
    },
  };
}

function validatedErasures(erasures: ErasureStore, check: Check): ErasureStore {
  return {
    settleMs: erasures.settleMs,
    async begin(userId, mode) {
      check(userId);
      return erasures.begin(userId, mode);
    },
    async memberships(erasure) {
      check();
      return erasures.memberships(erasure);
    },
    async notes(erasure) {
      check();
      return erasures.notes(erasure);
    },
    async replace(erasure, from) {
      check();
      return erasures.replace(erasure, from);
    },
    async leftovers(erasure, from) {
      check();
      return erasures.leftovers(erasure, from);
    },
    async tell() {
      check();
      return erasures.tell();
    },
    async finish(erasure) {
      check();
      return erasures.finish(erasure);
    },
    async check() {
      check();
      return erasures.check();
    },
  };
}
