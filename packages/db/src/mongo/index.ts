import { createEvents } from "../commit/events.ts";
import { inTime } from "../commit/in-time.ts";
import { closeTimeoutMs } from "../deadlines.ts";
import type { StoreError } from "../errors.ts";
import type { ChatStore } from "../store.ts";
import { type UncheckedStore, validatedStore } from "../validated-store.ts";
import { createActivity } from "./activity.ts";
import { createCallGuard } from "./connection/call-guard.ts";
import { connectForEver } from "./connection/connect.ts";
import { createConnection } from "./connection/connection.ts";
import { isUnavailable } from "./connection/errors.ts";
import { formerCollections, readEpoch, renewEpoch } from "./connection/schema.ts";
import { openConversations } from "./conversations.ts";
import { openLog } from "./log.ts";
import { MemberBeliefs } from "./member-beliefs.ts";
import { openMemberStore } from "./member-store.ts";
import { openMembers } from "./members.ts";
import { openMessages } from "./messages.ts";
import { openWatch, type Watch } from "./watching/watch.ts";

/** Where a MongoDB store is, and who wants to hear of it. */
export interface MongoStoreOptions {
  /** The database is the URI's, else `chatnest`. */
  uri: string;
  /** Is told of every try to connect that failed. */
  onRetry?(error: StoreError): void;
  /** Is told when the database has no change streams, so that processes do not hear of each other at once. */
  onAlone?(): void;
  /** Is told of the former service's collections in the same database; they are left alone. */
  onFormerCollections?(names: string[]): void;
}

/** A store that may not be there yet. */
export interface MongoChatStore extends ChatStore {
  /** Answers when the store can be used; rejects with `cannot_open` when that will never be. Until then calls throw `unavailable`. */
  readonly ready: Promise<void>;
}

const settleEveryMs = 30_000;

/**
 * Opens the store in a MongoDB, and tries for ever until it is there: a standalone, a replica set or a sharded cluster.
 * @throws StoreError `cannot_open` when the URI is none.
 */
export function openMongoStore(options: MongoStoreOptions): MongoChatStore {
  const connection = createConnection(options.uri);
  const guard = createCallGuard();
  const events = createEvents();
  const members = openMembers(connection, events);
  const heardUntil = () => watch?.heardUntil() ?? Number.NEGATIVE_INFINITY;
  const beliefs = new MemberBeliefs({ events, heardUntil });
  const activity = createActivity(connection, { members, beliefs, events });
  const log = openLog(connection, activity, events);
  const messages = openMessages(connection);
  const memberStore = openMemberStore(connection, { members, beliefs });
  const conversations = openConversations(connection, { activity, members });
  const closed = new AbortController();
  let settling: NodeJS.Timeout | undefined;
  let isSettling = false;
  let watch: Watch | undefined;
  let closing: Promise<void> | undefined;

  const ready = open();
  // Whoever waits for it hears of it; nobody has to.
  ready.catch(() => {});

  async function open(): Promise<void> {
    const { onRetry = () => {}, onAlone = () => {}, onFormerCollections } = options;
    await connectForEver(connection, { onRetry, signal: closed.signal });
    if (closed.signal.aborted) return;
    guard.open();
    watch = openWatch(connection, events, onAlone);
    settling = setInterval(settle, settleEveryMs).unref();
    settle();
    // A courtesy: the store is open, whether this can be told or not.
    const former = onFormerCollections ? await formerCollections(connection).catch(() => []) : [];
    if (former.length > 0) onFormerCollections?.(former);
  }

  // What fails now is done by the next one, of this process or another.
  function settle(): void {
    if (isSettling) return;
    isSettling = true;
    activity
      .settle()
      .catch(() => {})
      .finally(() => {
        isSettling = false;
      });
  }

  async function close(): Promise<void> {
    // The logs first: they know which entries were not written. The guard rejects the other calls.
    const written = log.close();
    const answered = guard.close();
    closed.abort();
    clearInterval(settling);
    await Promise.all([written, answered]);
    await watch?.close();
    await connection.client.close();
  }

  const store: UncheckedStore = {
    log: {
      append: guard.wrap(log.append),
      page: guard.wrap(log.page),
      heads: guard.wrap(log.heads),
    },
    messages: {
      page: guard.wrap(messages.page),
      readOn: guard.wrap(messages.readOn),
      get: guard.wrap(messages.get),
    },
    members: {
      has: guard.wrap(memberStore.has),
      join: guard.wrap(memberStore.join),
      leave: guard.wrap(memberStore.leave),
      list: guard.wrap(memberStore.list),
      among: guard.wrap(memberStore.among),
      changes: guard.wrap(memberStore.changes),
    },
    conversations: {
      create: guard.wrap(conversations.create),
      get: guard.wrap(conversations.get),
      inbox: guard.wrap(conversations.inbox),
      heads: guard.wrap(conversations.heads),
    },
    epoch: guard.wrap(() => readEpoch(connection)),
    renewEpoch: guard.wrap(() => renewEpoch(connection)),
    watch: events.watch,
    watchState: () => watch?.state() ?? "degraded",
    // A majority has to take it: without one nothing can be sent, though the primary answers.
    ping: guard.wrap(async () => {
      const value = Date.now();
      await connection.meta.updateOne({ _id: "ping" }, { $set: { value } }, { upsert: true });
    }),
  };

  return {
    ...validatedStore(store, guard.admit),
    ready,
    close() {
      closing ??= inTime(close(), closeTimeoutMs).catch((error) => {
        // Every call has been answered by then; the driver goes on ending its connections.
        if (!isUnavailable(error)) throw error;
      });
      return closing;
    },
  };
}
