import {
  type ChatClient,
  createChatClient,
  type Inbox,
  type InboxConversation,
  type InboxSnapshot,
} from "@chatnest/client";
import { startServer } from "../support/server.ts";
import { until } from "../support/until.ts";

/** An inbox that somebody looks at. */
export interface Looking extends Disposable {
  inbox: Inbox;
  /** The snapshots that it had when it called. */
  told: InboxSnapshot[];
  readonly now: InboxSnapshot;
  /** The conversation of the snapshot with this id. */
  find(id: string): InboxConversation;
  /** Waits until the inbox is as wanted. */
  until(isSo: (now: InboxSnapshot) => boolean, timeoutMs?: number): Promise<void>;
  /** Waits until it is complete and current. */
  untilLive(timeoutMs?: number): Promise<void>;
}

/** Starts a server and the clients of two users. */
export async function startTwo() {
  const server = await startServer();
  const clientOf = (userId: string) => createChatClient({ url: server.url, userId });
  return {
    server,
    ada: clientOf("ada"),
    bob: clientOf("bob"),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Looks at an inbox. */
export function lookIn(inbox: Inbox): Looking {
  const told: InboxSnapshot[] = [];
  const leave = inbox.subscribe(() => told.push(inbox.getSnapshot()));
  async function untilSo(isSo: (now: InboxSnapshot) => boolean, timeoutMs = 15_000): Promise<void> {
    await until(() => isSo(inbox.getSnapshot()), { timeoutMs, what: String(isSo) }).catch(
      (cause) => {
        const { conversations, ...rest } = inbox.getSnapshot();
        const first = JSON.stringify([rest, conversations.slice(0, 5)]).slice(0, 3_000);
        throw new Error(`${conversations.length} conversations; ${first}`, { cause });
      },
    );
  }
  return {
    inbox,
    told,
    get now() {
      return inbox.getSnapshot();
    },
    find(id) {
      const found = inbox
        .getSnapshot()
        .conversations.find((conversation) => conversation.id === id);
      if (!found) throw new Error(`${id} is not in the inbox`);
      return found;
    },
    until: untilSo,
    untilLive: (timeoutMs) => untilSo(({ state }) => state.status === "live", timeoutMs),
    [Symbol.dispose]: leave,
  };
}

/** What an inbox says, as the server says it. */
export interface Truth {
  conversations: InboxConversation[];
  totals: InboxSnapshot["totals"];
}

/** Reads the inbox of a user from its server. */
export async function readTruth(
  { conversations, reads }: Pick<ChatClient, "conversations" | "reads">,
  user_id: string,
  filter: { archived?: boolean; limit?: number } = {},
): Promise<Truth> {
  const input = { user_id, limit: 1_000, messages: 1, members: 10, ...filter };
  const page = await conversations.page(input);
  return { conversations: page.conversations, totals: await reads.totals({ user_id }) };
}

/** Waits until inboxes show what their server says. */
export async function untilTrue(
  looking: readonly Looking[],
  read: () => Promise<Truth>,
  timeoutMs = 5_000,
): Promise<void> {
  let last: unknown;
  let wrong: Looking | undefined;
  await until(
    async () => {
      const truth = await read();
      last = truth;
      wrong = looking.find(({ now: { conversations, totals, state } }) => {
        const isTrue = toText({ conversations, totals }) === toText(truth);
        return !isTrue || state.status !== "live";
      });
      return wrong === undefined;
    },
    { timeoutMs, what: "the inbox shows what is so" },
  ).catch((cause) => {
    const { conversations, ...rest } = wrong?.now ?? { conversations: [] };
    throw new Error(
      `${JSON.stringify([rest, conversations]).slice(0, 2_000)}\ninstead of\n${JSON.stringify(last).slice(0, 2_000)}`,
      { cause },
    );
  });
}

// Members are as of the last reading, in the order of joining: one who leaves and comes back at once is now the last.
function toText({ conversations, totals }: Pick<InboxSnapshot, keyof Truth>): string {
  const shown = conversations.map((one) => ({ ...one, user_ids: one.user_ids.toSorted() }));
  return JSON.stringify(sorted({ conversations: shown, totals }));
}

/** Returns a value whose objects have their fields in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, field]) => [name, sorted(field)] as const);
  return Object.fromEntries(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
