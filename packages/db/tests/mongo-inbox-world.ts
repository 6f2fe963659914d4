import { expect, vi } from "vitest";
import type { MemberSettings, Mentions, ReadState } from "../src/entities.ts";
import { isStoreError } from "../src/errors.ts";
import { compareInInbox } from "../src/inbox.ts";
import type { Connection } from "../src/mongo/connection/connection.ts";
import { memberKey } from "../src/mongo/documents.ts";
import { erase } from "../src/mongo/writing/erasing.ts";
import type { InboxItem } from "../src/ports/conversations.ts";
import { checkInbox } from "./mongo-inbox-checks.ts";
import { foldInbox } from "./mongo-inbox-fold.ts";
import { createProcess, insertEntry, type Process } from "./mongo-inbox-process.ts";
import type { Stage } from "./stepped.ts";

export const rooms: readonly string[] = ["room-1", "room-2", "room-3"];
export const users: readonly string[] = ["ann", "bob", "cy"];

/** What one of three processes does. A `share` says where in the log, from 0 to 1. */
export type Deed = { by: number } & (
  | { kind: "send"; user: string; room: string; age: number; mentions?: Mentions | undefined }
  | { kind: "delete"; user: string; room: string; share: number }
  | { kind: "read" | "unread"; user: string; room: string; share: number }
  | { kind: "set"; user: string; room: string; settings: Partial<MemberSettings> }
  | { kind: "leave"; user: string; room: string }
  | { kind: "settle" }
  | { kind: "page"; user: string }
  | { kind: "totals"; user: string }
);

/** Deeds at the same time, in which order their commands are, before which commands their processes are killed, and how long it is to the next. */
export interface Round {
  deeds: Deed[];
  choices: number[];
  kills: number[];
  passes: number;
}

/** Connections to one database: one for each of three processes, whose commands are made in turn, and one to look at it. */
export interface WorldParts {
  stage: Stage;
  connections: readonly Connection[];
  plain: Connection;
}

/** Empties a database, and starts three processes that use it one command at a time. */
export async function startWorld({ stage, connections, plain }: WorldParts) {
  const { conversations, members, messages, leavings } = plain;
  for (const collection of [conversations, members, messages, leavings]) {
    await collection.deleteMany({});
  }
  const processes = connections.map(createProcess);
  const observer = createProcess(plain);
  let said = 0;
  /** The pages that were read in a round, what was sent in it, and what marks were answered. */
  let pages: { user: string; page: InboxItem[] }[] = [];
  let sent: { id: string; last_activity_at: string }[] = [];
  let marked: ReadState[] = [];
  const left = new Set<string>();
  let inserting: Promise<unknown> = Promise.resolve();

  /** Stores something, one after the other, as the index of positions makes writers do. */
  function store<TResult>(insert: () => Promise<TResult>): Promise<TResult> {
    return stage.within(() => {
      const inserted = inserting.then(insert);
      inserting = inserted.catch(() => {});
      return inserted;
    });
  }

  async function act(deed: Deed): Promise<void> {
    const process = processes[deed.by];
    if (!process) throw new Error("there are three processes");
    if (deed.kind === "settle") return process.settling.settle();
    if (deed.kind === "page") {
      const page = await process.inbox(deed.user, { limit: 2 * rooms.length });
      pages.push({ user: deed.user, page });
      return;
    }
    if (deed.kind === "totals") {
      const { conversations, messages, mentions } = await process.totals(deed.user);
      expect(messages).toBeGreaterThanOrEqual(conversations);
      expect(mentions).toBeLessThanOrEqual(messages);
      return;
    }
    const member = { user_id: deed.user, conversation_id: deed.room };
    switch (deed.kind) {
      case "leave":
        left.add(memberKey(deed.user, deed.room));
        await process.members.leave(member);
        return;
      case "send":
        return say(process, deed);
      case "delete":
        return remove(process, deed);
      case "set":
        await countOf(process, deed.room);
        await process.changeRow(member, { settings: deed.settings }).catch(ignoreStranger);
        return;
      default: {
        const seq = Math.round(deed.share * (await countOf(process, deed.room)));
        const mark = deed.kind === "read" ? { read_seq: seq } : { unread_from: Math.max(1, seq) };
        const state = await process.reads.mark(member, mark).catch(ignoreStranger);
        if (state) marked.push(state);
      }
    }
  }

  function countOf({ connection }: Process, room: string): Promise<number> {
    return connection.messages.countDocuments({ stream: `c:${room}` });
  }

  async function say(
    { activity, waking }: Process,
    { user: user_id, room: conversation_id, age, mentions }: Deed & { kind: "send" },
  ): Promise<void> {
    said += 1;
    const common = { id: `message-${said}`, user_id, conversation_id };
    const entry = { kind: "message" as const, content: "hello", ...common };
    const appends = [{ entry, admission: "join" as const }];
    await activity.begin(appends);
    await activity.keepAwake(appends);
    // As in one step with the insert: a process is not suspended for a minute between them.
    expect(waking.isDue(conversation_id, Date.now())).toBe(false);
    const at = new Date(Date.now() - age * 86_400_000);
    sent.push({ id: conversation_id, last_activity_at: at.toISOString() });
    await store(() => insertEntry(plain, { ...common, at, mentions }));
  }

  async function remove(
    { activity, connection }: Process,
    { user: user_id, room: conversation_id, share }: Deed & { kind: "delete" },
  ): Promise<void> {
    const filter = { stream: `c:${conversation_id}`, content: { $exists: true } } as const;
    const texts = await connection.messages.find(filter).sort({ seq: 1 }).toArray();
    const target = texts[Math.floor(share * (texts.length - 1))];
    if (!target) return;
    said += 1;
    const { seq: target_seq } = target;
    const common = { id: `message-${said}`, user_id, conversation_id };
    const entry = { kind: "deletion" as const, ...common, target_seq };
    await activity.keepAwake([{ entry, admission: "members_only" }]);
    const deletion = await store(async () => {
      // One of another process may have come first.
      const isGone = await messages.findOne({
        stream: filter.stream,
        kind: "deletion",
        target_seq,
      });
      return isGone ? undefined : insertEntry(plain, { ...common, at: new Date(), target_seq });
    });
    if (deletion) await erase(connection, [deletion]);
  }

  /** Each page has what was in the inbox all the time, with an activity that it had meanwhile. */
  async function checkPages(before: ReadonlyMap<string, InboxItem[]>): Promise<void> {
    const place = ({ id, last_activity_at }: { id: string; last_activity_at: string }) => {
      return { id, last_activity_at };
    };
    for (const { user, page } of pages) {
      const [first = [], last] = [before.get(user), await foldInbox(plain, user)];
      const isThere = ({ id }: InboxItem) => {
        return !left.has(memberKey(user, id)) && last.some((item) => item.id === id);
      };
      const ids = page.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(first.filter(isThere).filter(({ id }) => !ids.includes(id))).toEqual([]);
      expect(page.toSorted(compareInInbox)).toEqual(page);
      // What was created meanwhile may be seen before its first message.
      const created = rooms.map((id) => ({ id, last_activity_at: new Date().toISOString() }));
      const possible = [...first, ...last, ...sent, ...created].map(place);
      for (const item of page) expect(possible).toContainEqual(place(item));
    }
  }

  /** Nothing that was read becomes unread by itself, and no mark that was answered is lost. */
  async function checkMarks(
    before: ReadonlyMap<string, InboxItem[]>,
    deeds: readonly Deed[],
  ): Promise<void> {
    const keys = deeds.flatMap((deed) => ("room" in deed ? memberKey(deed.user, deed.room) : []));
    const marks = marked.map(({ user_id, conversation_id }) => memberKey(user_id, conversation_id));
    const once = new Set(marks.filter((key) => keys.indexOf(key) === keys.lastIndexOf(key)));
    for (const user of users) {
      const after = new Map((await foldInbox(plain, user)).map((item) => [item.id, item]));
      const known = (before.get(user) ?? []).map((item) => ({ ...item, conversation_id: item.id }));
      for (const state of [...known, ...marked.filter(({ user_id }) => user_id === user)]) {
        const item = after.get(state.conversation_id);
        if (!item || left.has(memberKey(user, item.id))) continue;
        expect(item.revision).toBeGreaterThanOrEqual(state.revision);
        if (item.revision > state.revision) continue;
        expect(item.read_seq).toBeGreaterThanOrEqual(state.read_seq);
        // The only thing that the user has done there.
        const isLast = "user_id" in state && once.has(memberKey(user, item.id));
        if (isLast) expect(item.read_seq).toBe(state.read_seq);
      }
    }
  }

  return {
    async run({ deeds, choices, kills, passes }: Round): Promise<void> {
      let steps = 0;
      pages = [];
      sent = [];
      marked = [];
      left.clear();
      const before = new Map<string, InboxItem[]>();
      for (const user of users) before.set(user, await foldInbox(plain, user));
      for (const each of deeds) stage.act(() => act(each).catch(ignoreUnavailable));
      await stage.play((count) => {
        steps += 1;
        const next = (choices[steps % choices.length] ?? 0) % count;
        return { next, isKilled: kills.includes(steps) };
      });
      for (const user of users) await checkInbox(observer, user);
      await checkPages(before);
      await checkMarks(before, deeds);
      vi.setSystemTime(Date.now() + passes);
    },
    /** Wakes all and lets them fall quiet: then memberships have all there is to know. */
    async end(): Promise<void> {
      const { waking, settling } = observer;
      const stored = await plain.conversations.find().toArray();
      await waking.wake(new Map(stored.map(({ _id }) => [_id, undefined])));
      vi.setSystemTime(Date.now() + 200_000);
      await settling.settle();
      for (const user of users) await checkInbox(observer, user);
      expect(await plain.conversations.countDocuments({ state: { $ne: "settled" } })).toBe(0);
      expect(await plain.members.countDocuments({ active_at: { $exists: false } })).toBe(0);
    },
  };
}

function ignoreUnavailable(error: unknown): void {
  if (!isStoreError(error, "unavailable")) throw error;
}

function ignoreStranger(error: unknown): undefined {
  if (isStoreError(error, "not_found") || isStoreError(error, "invalid")) return undefined;
  throw error;
}
