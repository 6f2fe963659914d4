import { DatabaseSync } from "node:sqlite";
import { expect, vi } from "vitest";
import { fanOutMax } from "../src/inbox.ts";
import { type MemberSettings, type Mentions, openSqliteStore } from "../src/index.ts";
import type { InboxRange } from "../src/ports/conversations.ts";
import type { ChatStore } from "../src/store.ts";
import { send } from "./log.ts";
import { newMessage, newUsers, upTo } from "./make.ts";
import { Room } from "./room.ts";
import { inboxOf, RoomModel, totalsOf } from "./sqlite-inbox-model.ts";

export const users: readonly string[] = ["ann", "bob", "cy"];

/** What is done to a store. A `share` says where in the log, from 0 to 1. */
export type Deed =
  | { kind: "send"; user: string; room: string; age: number; mentions?: Mentions }
  | { kind: "create" | "crowd"; room: string }
  | { kind: "join" | "leave" | "refuse" | "fail"; user: string; room: string }
  | {
      kind: "react" | "delete" | "read" | "late" | "unread";
      user: string;
      room: string;
      share: number;
    }
  | { kind: "set"; user: string; room: string; settings: Partial<MemberSettings> }
  | { kind: "wait"; ms: number }
  | { kind: "reopen" };

/** A store, and what must be in it. */
export class World {
  readonly #file: string;
  readonly #rooms = new Map<string, RoomModel>();
  #store: ChatStore;

  constructor(file: string) {
    this.#file = file;
    this.#store = openSqliteStore(file);
  }

  async do(deed: Deed): Promise<void> {
    if ("share" in deed || deed.kind === "set") return this.#inRoom(deed);
    const { conversations, members } = this.#store;
    switch (deed.kind) {
      case "send": {
        const { user: user_id, room: conversation_id, age, mentions } = deed;
        // The newest is sent, so its time is the server's; the others are imported.
        const timestamp = new Date(Date.now() - age * 86_400_000).toISOString();
        const more = { ...(age > 0 && { timestamp }), ...(mentions && { mentions }) };
        const { message } = await send(
          this.#store,
          newMessage({ user_id, conversation_id, ...more }),
        );
        const said = { user: user_id, at: Date.parse(message.timestamp), mentions };
        this.#room(conversation_id).say(said);
        return;
      }
      case "create": {
        const creation = { id: deed.room, user_ids: ["ann", "bob"] };
        const room = this.#room(deed.room);
        // A repeat joins nobody, unless a message created it.
        if (!room.isCreated) for (const user of creation.user_ids) room.join(user);
        room.isCreated = true;
        await conversations.create(creation);
        return;
      }
      case "join":
        if (!this.#rooms.has(deed.room)) return;
        await members.join({ conversation_id: deed.room, user_id: deed.user });
        this.#room(deed.room).join(deed.user);
        return;
      case "leave":
        if (!this.#rooms.get(deed.room)?.has(deed.user)) return;
        this.#room(deed.room).leave(deed.user);
        return members.leave({ conversation_id: deed.room, user_id: deed.user });
      case "crowd":
        if (!this.#rooms.has(deed.room)) return;
        await Promise.all(
          newUsers(fanOutMax).map((user_id) =>
            members.join({ conversation_id: deed.room, user_id }),
          ),
        );
        return;
      case "refuse": {
        // In one transaction with a send that is stored.
        const { user: user_id, room: conversation_id } = deed;
        const other = newMessage({ user_id, conversation_id: "other" });
        const entry = newMessage({ user_id, conversation_id, reply_to: 1_000 });
        await Promise.allSettled([send(this.#store, entry), send(this.#store, other)]);
        this.#room("other").say({ user: user_id, at: Date.now() });
        return;
      }
      case "fail": {
        failNextCommit();
        const failed = send(
          this.#store,
          newMessage({ user_id: deed.user, conversation_id: deed.room }),
        );
        await expect(failed).rejects.toThrow();
        return;
      }
      case "wait":
        for (const _ of upTo(3)) {
          await vi.advanceTimersByTimeAsync(deed.ms / 3);
          // What is settled is written before this.
          await this.#store.renewEpoch();
        }
        return;
      case "reopen":
        await this.#store.close();
        this.#store = openSqliteStore(this.#file);
    }
  }

  async #inRoom(deed: Extract<Deed, { share: number } | { kind: "set" }>): Promise<void> {
    const { user: user_id, room: conversation_id } = deed;
    const model = this.#rooms.get(conversation_id);
    if (!model?.has(user_id)) return;
    const { members, reads } = this.#store;
    const member = { conversation_id, user_id };
    const room = new Room(() => this.#store, member);
    if (deed.kind === "set") {
      model.set(user_id, deed.settings);
      await members.update(member, deed.settings);
      return;
    }
    const target = model.messages[Math.floor(deed.share * model.messages.length)];
    const seq = Math.floor(deed.share * (model.head + 1));
    switch (deed.kind) {
      case "react":
        if (target === undefined) return;
        model.change(user_id);
        // With a key of its own, so that it has an effect.
        await room.react(target, `${model.head % 20}`, `user ${model.head}`);
        return;
      case "delete":
        if (target === undefined) return;
        model.change(user_id, target);
        await room.remove(target);
        return;
      case "read":
      case "late":
      case "unread": {
        if (deed.kind === "unread" && seq === 0) return;
        const { revision } = model.state(user_id);
        const late = { read_seq: seq, revision: Math.max(0, revision - 1) };
        const read = deed.kind === "late" ? late : { read_seq: seq };
        const mark = deed.kind === "unread" ? { unread_from: seq } : read;
        model.mark(user_id, mark);
        expect(await reads.mark(member, mark)).toEqual(model.state(user_id));
      }
    }
  }

  async check(): Promise<void> {
    const { conversations, reads } = this.#store;
    for (const name of users) {
      const inbox = inboxOf(this.#rooms.values(), name);
      for (const archived of [undefined, false, true]) {
        for (const unread of [false, true]) {
          const filter = { unread, ...(archived !== undefined && { archived }) };
          const expected = inbox.filter((item) => {
            const isAsked = archived === undefined || item.archived === archived;
            return isAsked && (!unread || item.unread_count > 0);
          });
          const read = (range: Pick<InboxRange, "after" | "limit">) =>
            conversations.inbox(name, { ...range, ...filter });
          expect(await read({ limit: 10 })).toEqual(expected);
          for (const [index, after] of expected.entries()) {
            expect(await read({ after, limit: 1 })).toEqual(expected.slice(index + 1, index + 2));
          }
        }
      }
      expect(await reads.totals(name)).toEqual(totalsOf(inbox, Date.now()));
      const items = await conversations.itemsOf(name, [...this.#rooms.keys()]);
      expect(new Set(items)).toEqual(new Set(inbox));
    }
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #room(id: string): RoomModel {
    const room = this.#rooms.get(id) ?? new RoomModel(id, Date.now());
    this.#rooms.set(id, room);
    return room;
  }
}

/** Rolls a transaction back as on a full disk. */
function failNextCommit(): void {
  const { exec } = DatabaseSync.prototype;
  const spy = vi.spyOn(DatabaseSync.prototype, "exec");
  spy.mockImplementation(function (this: DatabaseSync, sql) {
    if (sql !== "COMMIT") return exec.call(this, sql);
    spy.mockRestore();
    throw new Error("database or disk is full");
  });
}
