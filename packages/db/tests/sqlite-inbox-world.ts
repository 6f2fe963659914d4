import { DatabaseSync } from "node:sqlite";
import { expect, vi } from "vitest";
import { compareInInbox, fanOutMax } from "../src/inbox.ts";
import { openSqliteStore } from "../src/index.ts";
import type { InboxPosition } from "../src/ports/conversations.ts";
import type { ChatStore } from "../src/store.ts";
import { send } from "./log.ts";
import { newMessage, newUsers, upTo } from "./make.ts";

export const users: readonly string[] = ["ann", "bob", "cy"];

/** What is done to a store. */
export type Deed =
  | { kind: "send"; user: string; room: string; age: number }
  | { kind: "create" | "crowd"; room: string }
  | { kind: "join" | "leave" | "refuse" | "fail"; user: string; room: string }
  | { kind: "wait"; ms: number }
  | { kind: "reopen" };

/** A store, and what must be in it. */
export class World {
  readonly #file: string;
  readonly #activity = new Map<string, number>();
  readonly #created = new Set<string>();
  readonly #members = new Map<string, Set<string>>();
  #store: ChatStore;

  constructor(file: string) {
    this.#file = file;
    this.#store = openSqliteStore(file);
  }

  async do(deed: Deed): Promise<void> {
    const { conversations, members } = this.#store;
    switch (deed.kind) {
      case "send": {
        const { user: user_id, room: conversation_id, age } = deed;
        // The newest is sent, so its time is the server's; the others are imported.
        const timestamp = new Date(Date.now() - age * 86_400_000).toISOString();
        const message = newMessage({ user_id, conversation_id, ...(age > 0 && { timestamp }) });
        const sent = await send(this.#store, message);
        this.#activity.set(conversation_id, Date.parse(sent.message.timestamp));
        this.#membersOf(conversation_id).add(user_id);
        return;
      }
      case "create": {
        const creation = { id: deed.room, user_ids: ["ann", "bob"] };
        const isNew = !this.#activity.has(deed.room);
        if (isNew) this.#activity.set(deed.room, Date.now());
        // A repeat joins nobody, unless a message created it.
        if (!this.#created.has(deed.room))
          for (const id of creation.user_ids) this.#membersOf(deed.room).add(id);
        this.#created.add(deed.room);
        await conversations.create(creation);
        return;
      }
      case "join":
        if (!this.#activity.has(deed.room)) return;
        await members.join({ conversation_id: deed.room, user_id: deed.user });
        this.#membersOf(deed.room).add(deed.user);
        return;
      case "leave":
        if (!this.#membersOf(deed.room).delete(deed.user)) return;
        return members.leave({ conversation_id: deed.room, user_id: deed.user });
      case "crowd":
        if (!this.#activity.has(deed.room)) return;
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
        this.#activity.set("other", Date.now());
        this.#membersOf("other").add(user_id);
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

  async check(): Promise<void> {
    for (const name of users) {
      const expected = this.#inboxOf(name);
      const read = (range: { after?: InboxPosition; limit: number }) =>
        this.#store.conversations.inbox(name, range);
      expect(await read({ limit: 10 })).toEqual(expected);
      for (const [index, after] of expected.entries()) {
        expect(await read({ after, limit: 1 })).toEqual(expected.slice(index + 1, index + 2));
      }
    }
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #inboxOf(name: string): InboxPosition[] {
    const ids = [...this.#activity.keys()].filter((id) => this.#membersOf(id).has(name));
    const positions = ids.map((id) => {
      return { id, last_activity_at: new Date(this.#activity.get(id) ?? 0).toISOString() };
    });
    return positions.toSorted(compareInInbox);
  }

  #membersOf(id: string): Set<string> {
    const members = this.#members.get(id) ?? new Set();
    this.#members.set(id, members);
    return members;
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
