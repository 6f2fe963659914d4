import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type {
  DeletionEntry,
  EditEntry,
  Entry,
  Message,
  MessageEntry,
  ReactionEntry,
  Version,
} from "../src/entities.ts";
import { isStoreError } from "../src/errors.ts";
import type {
  AppendOptions,
  LogHead,
  NewDeletion,
  NewEdit,
  NewEntry,
  NewMessage,
  NewReaction,
} from "../src/ports/log.ts";
import type { MessageRange } from "../src/ports/messages.ts";
import type { ChatStore } from "../src/store.ts";
import { type Stream, streamOf } from "../src/stream.ts";
import type { Outcome } from "./log.ts";
import { newMessage, upTo } from "./make.ts";

type Kind = Entry["kind"];
type EntryOf<TKind extends Kind> = Extract<Entry, { kind: TKind }>;
type NewEntryOf<TKind extends Kind> = Extract<NewEntry, { kind: TKind }>;

/** What a test chooses of a new entry; the room fills in the rest. */
type Fields<TNew> = Partial<Omit<TNew, "kind" | "conversation_id">>;

/** What became of one entry. */
export interface Stored<TKind extends Kind> {
  entry: EntryOf<TKind>;
  created: boolean;
}

/** One log, and short ways to write to it. Everybody is alice, unless the fields say otherwise. */
export class Room {
  readonly stream: Stream;
  readonly #store: () => ChatStore;
  readonly #head: { user_id: string; conversation_id: string | null };

  constructor(
    store: () => ChatStore,
    head: Partial<Pick<NewMessage, "user_id" | "conversation_id">> = {},
  ) {
    const { user_id, conversation_id } = newMessage(head);
    this.#store = store;
    this.#head = { user_id, conversation_id };
    this.stream = streamOf(this.#head);
  }

  get id(): string {
    return this.stream.slice(2);
  }

  newMessage(fields: Fields<NewMessage> = {}): NewMessage {
    return { kind: "message", ...this.#newHead(), content: "hello", ...fields };
  }

  newEdit(target_seq: number, fields: Fields<NewEdit>): NewEdit {
    return { kind: "edit", ...this.#newHead(), target_seq, ...fields };
  }

  newDeletion(target_seq: number, fields: Fields<NewDeletion> = {}): NewDeletion {
    return { kind: "deletion", ...this.#newHead(), target_seq, ...fields };
  }

  /** Of a reaction that is added, unless the fields say otherwise. */
  newReaction(target_seq: number, key: string, fields: Fields<NewReaction> = {}): NewReaction {
    return { kind: "reaction", ...this.#newHead(), target_seq, key, added: true, ...fields };
  }

  async say(fields: Fields<NewMessage> = {}): Promise<MessageEntry> {
    return (await this.store(this.newMessage(fields))).entry;
  }

  async edit(target_seq: number, fields: Fields<NewEdit>): Promise<EditEntry> {
    return (await this.store(this.newEdit(target_seq, fields))).entry;
  }

  async remove(target_seq: number, fields: Fields<NewDeletion> = {}): Promise<DeletionEntry> {
    return (await this.store(this.newDeletion(target_seq, fields))).entry;
  }

  async react(
    target_seq: number,
    key: string,
    user_id = this.#head.user_id,
  ): Promise<ReactionEntry> {
    return (await this.store(this.newReaction(target_seq, key, { user_id }))).entry;
  }

  async unreact(
    target_seq: number,
    key: string,
    user_id = this.#head.user_id,
  ): Promise<ReactionEntry> {
    return (await this.store(this.newReaction(target_seq, key, { user_id, added: false }))).entry;
  }

  /** Appends an entry that is expected to be answered by one of its kind. */
  async store<TKind extends Kind>(
    entry: NewEntryOf<TKind>,
    options?: AppendOptions,
  ): Promise<Stored<TKind>> {
    const appended = await this.#store().log.append(entry, options);
    expect(appended.entry?.kind).toBe(entry.kind);
    return appended as Stored<TKind>;
  }

  /** Appends entries at once and says what became of each. */
  outcomes(entries: readonly NewEntry[], options?: AppendOptions): Promise<Outcome[]> {
    return Promise.all(entries.map((entry) => outcomeOf(this.#store(), entry, options)));
  }

  message(seq: number): Promise<Message | null> {
    return this.#store().messages.get(this.stream, seq);
  }

  messages(range: Partial<MessageRange> = {}): Promise<Message[]> {
    return this.#store().messages.page(this.stream, { limit: 1_000, from: "oldest", ...range });
  }

  versions(seq: number): Promise<Version[]> {
    return this.#store().messages.versions(this.stream, seq);
  }

  entries(): Promise<Entry[]> {
    return readEntries(this.#store(), this.stream);
  }

  async head(): Promise<LogHead | undefined> {
    return (await this.#store().log.heads([this.stream])).get(this.stream);
  }

  #newHead() {
    return { id: randomUUID(), ...this.#head };
  }
}

/** Appends one entry and says what became of it. */
export async function outcomeOf(
  store: ChatStore,
  entry: NewEntry,
  options?: AppendOptions,
): Promise<Outcome> {
  try {
    return (await store.log.append(entry, options)).created ? "created" : "repeated";
  } catch (error) {
    if (isStoreError(error)) return error.code;
    throw error;
  }
}

/** Reads a whole log and checks that it is numbered 1, 2, 3, ... and holds no id twice. */
export async function readEntries(
  store: ChatStore,
  stream: Stream,
  pageSize = 1_000,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const after = entries.length;
    const page = await store.log.page(stream, { after, limit: pageSize, from: "oldest" });
    if (page.length === 0) break;
    expect(page[0]?.seq).toBe(after + 1);
    entries.push(...page);
  }
  expect(entries.map(({ seq }) => seq)).toEqual(upTo(entries.length));
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  return entries;
}
