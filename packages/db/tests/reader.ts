import { expect } from "vitest";
import type { MemberSettings, ReadState } from "../src/entities.ts";
import type { InboxItem } from "../src/ports/conversations.ts";
import type { Member, MemberSettingsChange } from "../src/ports/members.ts";
import type { ChatStore } from "../src/store.ts";
import { unique } from "./make.ts";
import { Room } from "./room.ts";

/** A user and a conversation, and short ways to read it, to mark it and to set what is to be set. */
export class Reader {
  readonly member: Member;
  readonly #store: () => ChatStore;

  constructor(store: () => ChatStore, member: Member) {
    this.#store = store;
    this.member = member;
  }

  get id(): string {
    return this.member.user_id;
  }

  read(read_seq: number, revision?: number): Promise<ReadState> {
    const mark = { read_seq, ...(revision !== undefined && { revision }) };
    return this.#store().reads.mark(this.member, mark);
  }

  unread(unread_from: number): Promise<ReadState> {
    return this.#store().reads.mark(this.member, { unread_from });
  }

  set(change: MemberSettingsChange): Promise<MemberSettings> {
    return this.#store().members.update(this.member, change);
  }

  join(): Promise<{ joined: boolean }> {
    return this.#store().members.join(this.member);
  }

  leave(): Promise<void> {
    return this.#store().members.leave(this.member);
  }

  /** Reads what its inbox says of the conversation, and checks that all parts of the store agree on it. */
  async item(): Promise<InboxItem> {
    const { conversations, reads } = this.#store();
    const { conversation_id, user_id } = this.member;
    const inbox = await conversations.inbox(user_id, { limit: 1_000 });
    const [item] = inbox.filter(({ id }) => id === conversation_id);
    if (!item) throw new Error(`${conversation_id} is not in the inbox`);
    expect(await conversations.itemsOf(user_id, [conversation_id])).toEqual([item]);
    const list = await reads.list(conversation_id, { limit: 1_000 });
    expect(list).toContainEqual(expect.objectContaining({ user_id, read_seq: item.read_seq }));
    return item;
  }

  /** Reads how far it has read, how much is unread, and how often that mentions it. */
  async counts(): Promise<[read: number, unread: number, mentions: number]> {
    const { read_seq, unread_count, mention_count } = await this.item();
    return [read_seq, unread_count, mention_count];
  }

  async settings(): Promise<MemberSettings> {
    const { muted_until, pinned, archived } = await this.item();
    return { muted_until, pinned, archived };
  }
}

/** A conversation of two users of its own, and those who may join it. Everybody is ann, unless a message says otherwise. */
export interface Chat {
  room: Room;
  ann: Reader;
  bob: Reader;
  /** Another user of the conversation; ann and bob of another one are other users. */
  other(name: string): Reader;
}

/** Creates a conversation of ann and bob. */
export async function newChat(store: () => ChatStore): Promise<Chat> {
  const id = unique("chat");
  const other = (name: string) => {
    return new Reader(store, { conversation_id: id, user_id: `${name}-of-${id}` });
  };
  const [ann, bob] = [other("ann"), other("bob")];
  await store().conversations.create({ id, user_ids: [ann.id, bob.id] });
  const room = new Room(store, { conversation_id: id, user_id: ann.id });
  return { room, ann, bob, other };
}
