import { expect, vi } from "vitest";
import { createEvents } from "../src/commit/events.ts";
import { isStoreError } from "../src/errors.ts";
import { compareInInbox } from "../src/inbox.ts";
import { createActivity } from "../src/mongo/activity.ts";
import type { Connection } from "../src/mongo/connection/connection.ts";
import { memberKey } from "../src/mongo/documents.ts";
import { openInbox } from "../src/mongo/inbox/inbox.ts";
import { createSettling } from "../src/mongo/inbox/settling.ts";
import { createWaking } from "../src/mongo/inbox/waking.ts";
import { MemberBeliefs } from "../src/mongo/members/member-beliefs.ts";
import { openMembers } from "../src/mongo/members/members.ts";
import type { InboxPosition } from "../src/ports/conversations.ts";
import type { Stage } from "./stepped.ts";

export const rooms: readonly string[] = ["room-1", "room-2", "room-3"];
export const users: readonly string[] = ["ann", "bob", "cy"];

/** What one of three processes does. */
export type Deed =
  | { kind: "send"; by: number; user: string; room: string; age: number }
  | { kind: "leave"; by: number; user: string; room: string }
  | { kind: "settle"; by: number }
  | { kind: "page"; by: number; user: string };

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
  /** The pages that were read in a round, and what was sent in it. */
  let pages: { user: string; page: InboxPosition[] }[] = [];
  let inserted: InboxPosition[] = [];
  const left = new Set<string>();

  async function act(deed: Deed): Promise<void> {
    const process = processes[deed.by];
    if (!process) throw new Error("there are three processes");
    const { waking, activity, members, settling, inbox } = process;
    if (deed.kind === "settle") return settling.settle();
    if (deed.kind === "page") {
      pages.push({ user: deed.user, page: await inbox(deed.user, { limit: 2 * rooms.length }) });
      return;
    }
    const member = { user_id: deed.user, conversation_id: deed.room };
    if (deed.kind === "leave") {
      left.add(memberKey(deed.user, deed.room));
      await members.leave(member);
      return;
    }
    said += 1;
    const entry = { kind: "message" as const, id: `message-${said}`, content: "hello", ...member };
    const appends = [{ entry, admission: "join" as const }];
    await activity.begin(appends);
    await activity.keepAwake(appends);
    // As in one step with the insert: a process is not suspended for a minute between them.
    expect(waking.isDue(deed.room, Date.now())).toBe(false);
    const timestamp = new Date(Date.now() - deed.age * 86_400_000);
    inserted.push({ id: deed.room, last_activity_at: timestamp.toISOString() });
    await insert(plain, entry, timestamp);
  }

  async function check(): Promise<void> {
    for (const user of users) {
      const expected = await fold(plain, user);
      const limit = 1 + expected.length;
      expect(await observer.inbox(user, { limit })).toEqual(expected);
      const walked: InboxPosition[] = [];
      for (let after: InboxPosition | undefined; ; after = walked.at(-1)) {
        const page = await observer.inbox(user, { limit: 1, ...(after && { after }) });
        if (page.length === 0) break;
        walked.push(...page);
      }
      expect(walked).toEqual(expected);
    }
  }

  /** Each page has what was in the inbox all the time, with an activity that it had meanwhile. */
  async function checkPages(before: ReadonlyMap<string, InboxPosition[]>): Promise<void> {
    for (const { user, page } of pages) {
      const [first = [], last] = [before.get(user), await fold(plain, user)];
      const isThere = ({ id }: InboxPosition) => {
        return !left.has(memberKey(user, id)) && last.some((position) => position.id === id);
      };
      const ids = page.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(first.filter(isThere).filter(({ id }) => !ids.includes(id))).toEqual([]);
      expect(page.toSorted(compareInInbox)).toEqual(page);
      // What was created meanwhile may be seen before its first message.
      const created = rooms.map((id) => ({ id, last_activity_at: new Date().toISOString() }));
      const possible = [...first, ...last, ...inserted, ...created];
      for (const position of page) expect(possible).toContainEqual(position);
    }
  }

  return {
    async run({ deeds, choices, kills, passes }: Round): Promise<void> {
      let steps = 0;
      pages = [];
      inserted = [];
      left.clear();
      const before = new Map<string, InboxPosition[]>();
      for (const user of users) before.set(user, await fold(plain, user));
      for (const each of deeds) stage.act(() => act(each).catch(ignoreUnavailable));
      await stage.play((count) => {
        steps += 1;
        const next = (choices[steps % choices.length] ?? 0) % count;
        return { next, isKilled: kills.includes(steps) };
      });
      await check();
      await checkPages(before);
      vi.setSystemTime(Date.now() + passes);
    },
    /** Wakes all and lets them fall quiet: then memberships have all there is to know. */
    async end(): Promise<void> {
      const { waking, settling } = observer;
      const stored = await plain.conversations.find().toArray();
      await waking.wake(new Map(stored.map(({ _id }) => [_id, undefined])));
      vi.setSystemTime(Date.now() + 200_000);
      await settling.settle();
      await check();
      expect(await plain.conversations.countDocuments({ state: { $ne: "settled" } })).toBe(0);
      expect(await plain.members.countDocuments({ active_at: { $exists: false } })).toBe(0);
    },
  };
}

function createProcess(connection: Connection) {
  const events = createEvents();
  const members = openMembers(connection, events);
  const beliefs = new MemberBeliefs({ events, heardUntil: () => Number.NEGATIVE_INFINITY });
  const waking = createWaking(connection, events);
  const settling = createSettling(connection, { waking });
  const activity = createActivity(connection, { members, beliefs, waking });
  const find = async (ids: readonly string[]) => {
    const documents = await connection.conversations.find({ _id: { $in: [...ids] } }).toArray();
    return activity.withPositions(documents);
  };
  const inbox = openInbox(connection, { find, conversationsOf: members.conversationsOf });
  return { members, waking, settling, activity, inbox };
}

async function insert(
  { messages }: Connection,
  { id, user_id, content, conversation_id }: Record<string, string>,
  timestamp: Date,
): Promise<void> {
  const stream = `c:${conversation_id}` as const;
  const seq = 1 + (await messages.countDocuments({ stream }));
  const document = { _id: `${stream}\n${id}`, stream, seq, user_id: String(user_id), timestamp };
  await messages.insertOne({ ...document, content: String(content) });
}

/** Says what an inbox is by the memberships and the logs alone. */
async function fold({ members, messages, conversations }: Connection, user: string) {
  const rows = await members.find({ user_id: user }).toArray();
  const positions = await Promise.all(
    rows.map(async ({ _id, conversation_id: id }) => {
      expect(_id).toBe(memberKey(user, id));
      const newest = await messages.findOne({ stream: `c:${id}` }, { sort: { seq: -1 } });
      const conversation = await conversations.findOne({ _id: id });
      const last_activity_at = newest?.timestamp ?? conversation?.created_at;
      return { id, last_activity_at: last_activity_at?.toISOString() ?? "" };
    }),
  );
  return positions.toSorted(compareInInbox);
}

function ignoreUnavailable(error: unknown): void {
  if (!isStoreError(error, "unavailable")) throw error;
}
