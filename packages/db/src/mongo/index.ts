import { createEvents } from "../commit/events.ts";
import { inTime } from "../commit/in-time.ts";
import { KeptReads, sizeOfMessages } from "../commit/kept-reads.ts";
import { closeTimeoutMs } from "../deadlines.ts";
import type { Message } from "../entities.ts";
import type { StoreError } from "../errors.ts";
import type { ChatStore } from "../store.ts";
import { type UncheckedStore, validatedStore } from "../validated-store.ts";
import { createActivity } from "./activity.ts";
import { openChecks } from "./checks/checks.ts";
import { createCallGuard } from "./connection/call-guard.ts";
import { connectForEver } from "./connection/connect.ts";
import { createConnection } from "./connection/connection.ts";
import { isUnavailable, toStoreError } from "./connection/errors.ts";
import { findKnownHoles, readServerVersion } from "./connection/known-holes.ts";
import { formerCollections, readEpoch, renewEpoch } from "./connection/schema.ts";
import { upgradeSchema } from "./connection/upgrade.ts";
import { openConversations } from "./conversations/conversations.ts";
import { openErasures } from "./erasures/erasures.ts";
import { createSettling } from "./inbox/settling.ts";
import { createWaking } from "./inbox/waking.ts";
import { openHeadReads } from "./log/head-reads.ts";
import { openLog } from "./log/log.ts";
import { MemberBeliefs } from "./members/member-beliefs.ts";
import { openMemberStore } from "./members/member-store.ts";
import { openMembers } from "./members/members.ts";
import { openMessages } from "./messages/messages.ts";
import { openRowChanges } from "./reads/changing.ts";
import { openReads } from "./reads/reads.ts";
import { openTransfer } from "./transfer/transfer.ts";
import { openWatch, type Watch } from "./watching/watch.ts";
import { finishErasing } from "./writing/erasing.ts";

/** Where the MongoDB store is, and listeners for what happens while it opens. */
export interface MongoStoreOptions {
  /** A connection string. Without a database in it, `chatnest` is used. */
  uri: string;
  /** Called after each failed attempt to connect. */
  onRetry?(error: StoreError): void;
  /** Called when the database has no change streams, so that events of other processes do not arrive. */
  onAlone?(): void;
  /** Called when MongoDB has known holes that a newer version has not, a phrase each. */
  onKnownHoles?(version: string, holes: string[]): void;
  /** Called when the database also has collections of the former service, which are left alone. */
  onFormerCollections?(names: string[]): void;
}

/** A store that may not be reachable yet. */
export interface MongoChatStore extends ChatStore {
  /**
   * Resolves once the store can be used; until then its calls throw `unavailable`. Rejects with StoreError `cannot_open` when
   * trying again will not help.
   */
  readonly ready: Promise<void>;
}

const settleEveryMs = 30_000;

/**
 * Opens the store in MongoDB: a standalone, a replica set or a sharded cluster. Retries until MongoDB can be reached.
 * @throws StoreError `cannot_open` when the URI is invalid.
 */
export function openMongoStore(options: MongoStoreOptions): MongoChatStore {
  const connection = createConnection(options.uri);
  const guard = createCallGuard();
  const events = createEvents();
  const members = openMembers(connection, events);
  const heardUntil = () => watch?.heardUntil() ?? Number.NEGATIVE_INFINITY;
  const beliefs = new MemberBeliefs({ events, heardUntil });
  const waking = createWaking(connection, events);
  const settling = createSettling(connection, { waking });
  const activity = createActivity(connection, { members, beliefs, waking });
  const log = openLog(connection, activity, events);
  const messages = openMessages(connection);
  const readHeads = openHeadReads(connection);
  const changeRow = openRowChanges(connection, events);
  const memberStore = openMemberStore(connection, { members, beliefs, waking, changeRow });
  const reads = openReads(connection, { changeRow, readHeads });
  const watchState = () => watch?.state() ?? "degraded";
  const kept = new KeptReads<Message[]>({
    watch: events.watch,
    watchState,
    sizeOf: sizeOfMessages,
  });
  const conversations = openConversations(connection, {
    ...{ activity, members, waking, kept, readHeads, events },
  });
  const erasures = openErasures(connection, { waking, events });
  const checks = openChecks(connection);
  const transfer = openTransfer(connection, { waking, readHeads });
  const closed = new AbortController();
  let settlingTimer: NodeJS.Timeout | undefined;
  let isSettling = false;
  let watch: Watch | undefined;
  let closing: Promise<void> | undefined;

  const ready = open();
  // Those who wait for `ready` get the error; nobody has to wait for it.
  ready.catch(() => {});

  async function open(): Promise<void> {
    const { onRetry = () => {}, onAlone = () => {}, onFormerCollections, onKnownHoles } = options;
    await connectForEver(connection, { onRetry, signal: closed.signal });
    if (closed.signal.aborted) return;
    guard.open();
    watch = openWatch(connection, events, onAlone);
    settlingTimer = setInterval(settle, settleEveryMs).unref();
    settle();
    // Only hints to the operator: the store is open even if they fail.
    const former = onFormerCollections ? await formerCollections(connection).catch(() => []) : [];
    if (former.length > 0) onFormerCollections?.(former);
    if (onKnownHoles) await tellHoles(onKnownHoles).catch(() => {});
  }

  async function tellHoles(tell: (version: string, holes: string[]) => void): Promise<void> {
    const version = await readServerVersion(connection);
    const holes = findKnownHoles(version, new Date());
    if (holes.length > 0) tell(version, holes);
  }

  // What fails is left to the next run, of this process or another.
  function settle(): void {
    if (isSettling) return;
    isSettling = true;
    Promise.all([settling.settle(), finishErasing(connection)])
      .catch(() => {})
      .finally(() => {
        isSettling = false;
      });
  }

  async function close(): Promise<void> {
    // The logs close first: they know which entries were not written. The guard rejects all other calls.
    const written = log.close();
    const answered = guard.close();
    closed.abort();
    clearInterval(settlingTimer);
    await Promise.all([written, answered]);
    await watch?.close();
    await connection.client.close();
  }

  const store: UncheckedStore = {
    log: {
      append: guard.wrap(log.append),
      find: guard.wrap(log.find),
      findSame: guard.wrap(log.findSame),
      page: guard.wrap(log.page),
      heads: guard.wrap(log.heads),
    },
    messages: {
      page: guard.wrap(messages.page),
      readOn: guard.wrap(messages.readOn),
      get: guard.wrap(messages.get),
      versions: guard.wrap(messages.versions),
      reactors: guard.wrap(messages.reactors),
    },
    members: {
      has: guard.wrap(memberStore.has),
      join: guard.wrap(memberStore.join),
      leave: guard.wrap(memberStore.leave),
      update: guard.wrap(memberStore.update),
      list: guard.wrap(memberStore.list),
      among: guard.wrap(memberStore.among),
      changes: guard.wrap(memberStore.changes),
    },
    conversations: {
      create: guard.wrap(conversations.create),
      get: guard.wrap(conversations.get),
      update: guard.wrap(conversations.update),
      inbox: guard.wrap(conversations.inbox),
      itemsOf: guard.wrap(conversations.itemsOf),
      idsOf: guard.wrap(conversations.idsOf),
      heads: guard.wrap(conversations.heads),
    },
    reads: {
      mark: guard.wrap(reads.mark),
      list: guard.wrap(reads.list),
      totals: guard.wrap(reads.totals),
    },
    erasures: {
      settleMs: erasures.settleMs,
      begin: guard.wrap(erasures.begin),
      memberships: guard.wrap(erasures.memberships),
      notes: guard.wrap(erasures.notes),
      replace: guard.wrap(erasures.replace),
      leftovers: guard.wrap(erasures.leftovers),
      tell: guard.wrap(erasures.tell),
      finish: guard.wrap(erasures.finish),
      check: guard.wrap(erasures.check),
    },
    transfer: {
      conversations: guard.wrap(transfer.conversations),
      noteUsers: guard.wrap(transfer.noteUsers),
      members: guard.wrap(transfer.members),
      entries: guard.wrap(transfer.entries),
      find: guard.wrap(transfer.find),
      begin: guard.wrap(transfer.begin),
      put: guard.wrap(transfer.put),
      // Without the guard: a conversation may have any number of members.
      finish: (...input) => transfer.finish(...input).catch(throwStoreError),
      source: guard.wrap(transfer.source),
      setSource: guard.wrap(transfer.setSource),
      backup: transfer.backup,
    },
    checks: {
      // Without the guard: it reads as long as it takes.
      faults: checks.faults,
      counts: guard.wrap(checks.counts),
      members: guard.wrap(checks.members),
    },
    epoch: guard.wrap(() => readEpoch(connection)),
    // Without the guard: it passes over all conversations, which takes as long as it takes.
    upgrade: () => upgradeSchema(connection, waking).catch(throwStoreError),
    renewEpoch: guard.wrap(() => renewEpoch(connection)),
    watch: events.watch,
    watchState,
    // A write, since without a majority nothing can be sent, although the primary answers reads.
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
        // Every call is settled by then. The driver goes on closing its connections.
        if (!isUnavailable(error)) throw error;
      });
      return closing;
    },
  };
}

function throwStoreError(error: unknown): never {
  throw toStoreError(error);
}
