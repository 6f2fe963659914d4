import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ClientSession } from "mongodb";
import { refers } from "../../changes/references.ts";
import type { Events } from "../../commit/events.ts";
import { readTimeoutMs, triesEndAfterMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import type { Stream } from "../../stream.ts";
import type { Activity } from "../activity.ts";
import type { Connection } from "../connection/connection.ts";
import { isUnavailable } from "../connection/errors.ts";
import { toEntry } from "../entry-documents.ts";
import { watchErasures } from "../erasures/known-erasures.ts";
import { type Decided, decideGroup, type Unstored } from "./decide-group.ts";
import { erase } from "./erasing.ts";
import { type Inserted, insertInOrder } from "./insert.ts";
import { markChanged, takeOff } from "./marks.ts";
import {
  type AppendJob,
  type PendingAppend,
  settleAppend,
  toPendingAppends,
  withoutSettled,
} from "./pending-append.ts";
import { findUnfounded, refuseStrangers } from "./refusals.ts";
import { createSeqAllocator } from "./seq-allocator.ts";
import { readTargets, type TargetDocuments } from "./targets.ts";

/** One call that writes a group. */
interface Call {
  session: ClientSession;
  /** A random number in the documents that it stores: what is found stored with it was stored by this call. */
  by: number;
  /** The messages that its entries refer to. */
  targets: TargetDocuments;
  /** The keys of entries whose authors it has added. */
  joined: Set<string>;
}

const pauseBetweenAttemptsMs = 100;
/** How long a stream keeps a lane of its own after a conflict, in ms. */
const contendedForMs = 1_000;

/** Creates the writer of groups. It writes any number of them at once, as long as no stream is in two. */
export function createGroupWriter(connection: Connection, activity: Activity, events: Events) {
  const allocator = createSeqAllocator(connection);
  const erasures = watchErasures(connection, events);
  const contended = new Map<string, NodeJS.Timeout>();

  // A backup may have been restored while events were missed, so nothing known is trusted.
  events.watch((event) => {
    if (event.kind === "entry") allocator.hear(event.entry);
    // An erasure removes notes, which their log then begins anew.
    else if (event.kind === "missed" || event.kind === "erased") allocator.forgetAll();
  });

  async function write(jobs: readonly AppendJob[]): Promise<void> {
    let appends = toPendingAppends(jobs);
    // In a causal session, the read after a conflict waits until a majority has the document in conflict.
    await using session = connection.client.startSession({ causalConsistency: true });
    const end = Date.now() + triesEndAfterMs;
    const call: Call = { session, by: randomInt(2 ** 47), targets: new Map(), joined: new Set() };
    let mayBeStored = false;
    let isAdmitted = false;
    for (;;) {
      try {
        if (mayBeStored) appends = await answerStored(appends, call);
        appends = await admit(appends, call);
        isAdmitted = true;
        while (appends.length > 0) {
          appends = await insert(appends, call);
          if (appends.length > 0 && Date.now() > end)
            throw new StoreError("unavailable", "too many conflicts");
        }
        return;
      } catch (error) {
        if (!isUnavailable(error) || Date.now() > end) throw error;
      }
      // The outcome is unknown: the next attempt first looks for what a majority has by then, by id. Never for those who
      // were not let in: a stranger would learn which ids there are.
      mayBeStored ||= isAdmitted;
      appends = withoutSettled(appends);
      if (appends.length === 0) return;
      for (const { stream } of appends) allocator.forget(stream);
      await pause(pauseBetweenAttemptsMs);
    }
  }

  /**
   * Lets authors in. One that is no member yet joins by a new entry, never by a repeated or refused one, and is refused
   * where only members may write.
   */
  async function admit(appends: PendingAppend[], call: Call): Promise<PendingAppend[]> {
    if (appends.length === 0) return [];
    await refuseStrangers(activity, appends);
    const admitted = await refuseUnfounded(withoutSettled(appends), call);
    const joining = admitted.filter(({ append }) => activity.isJoining(append));
    if (joining.length > 0) await answerStored(joining, call);
    const rest = withoutSettled(admitted);
    await activity.begin(rest.map(({ append }) => append));
    return rest;
  }

  async function refuseUnfounded(appends: PendingAppend[], call: Call): Promise<PendingAppend[]> {
    await readTargets(connection, appends, call);
    const unfounded = await findUnfounded(connection, appends, call.targets);
    if (unfounded.length === 0) return appends;
    await settleUnstored(unfounded, call);
    // There may be other bodies under the same ids.
    return refuseUnfounded(withoutSettled(appends), call);
  }

  /** Tells whether an author joins only now that the entry is not refused, since it refers to another one. */
  function joinsLate({ append, key }: PendingAppend, { joined }: Call): boolean {
    return activity.isJoining(append) && refers(append.entry) && !joined.has(key);
  }

  /** Inserts entries and settles the jobs of the durable ones; returns what is still to be inserted. */
  async function insert(appends: PendingAppend[], call: Call): Promise<PendingAppend[]> {
    const { session, by, targets } = call;
    const heads = await allocator.headsOf(new Set(appends.map(({ stream }) => stream)), session);
    const parts = { heads, targets, session, by, erasures };
    const { decided, unstored, left } = await decideGroup(connection, appends, parts);
    // What takes the place of a refused entry of the same id may be by another author.
    left.push(...(await admit(await settleUnstored(unstored, call), call)));
    if (decided.length === 0) return left;
    const joining = decided.map(({ append }) => append).filter((append) => joinsLate(append, call));
    if (joining.length > 0) {
      const unknown = await answerStored(joining, call);
      await activity.join(unknown.map(({ append }) => append));
      for (const { key } of unknown) call.joined.add(key);
      // Decided again, so that nobody joins after the time of their own message.
      return withoutSettled([...decided.map(({ append }) => append), ...left]);
    }
    const documents = decided.map(({ document }) => document);
    await markChanged(connection, documents, { targets, session });
    // Nothing is stored in a conversation that may be settled by now.
    await activity.keepAwake(decided.map(({ append }) => append.append));
    const inserted = await insertInOrder(connection, documents, session);
    const stored = decided.slice(0, inserted.count);
    const deletions = stored.filter(({ document }) => document.kind === "deletion");
    await erase(
      connection,
      deletions.map(({ document }) => document),
      session,
    );
    for (const { append, entry, document } of stored) {
      // In a contended stream the winner reads again like the losers: a head start would starve them.
      if (contended.has(document.stream)) allocator.forget(document.stream);
      else allocator.acknowledge(document);
      events.emit({ kind: "entry", entry });
      settleAppend(append, { entry, sentHash: document.sent_hash }, true);
    }
    void takeOff(
      connection,
      stored.map(({ document }) => document),
    ).catch(() => {});
    return [...(await afterStop(decided.slice(stored.length), inserted, call)), ...left];
  }

  /** Settles entries that are not to be stored, unless they are. Other bodies under their ids are returned. */
  async function settleUnstored(unstored: Unstored[], call: Call): Promise<PendingAppend[]> {
    if (unstored.length === 0) return [];
    const appends = new Map(unstored.map(({ append, outcome }) => [append, outcome]));
    const unknown = await answerStored([...appends.keys()], call);
    return unknown.flatMap((append) => {
      const outcome = appends.get(append);
      const [job, ...others] = append.jobs;
      if (outcome && "error" in outcome) job?.reject(outcome.error);
      else job?.resolve({ entry: outcome?.answer ?? null, created: false });
      return toPendingAppends(others);
    });
  }

  /** Deals with the entries of a group behind the one at which an insert stopped, and returns what is still to be inserted. */
  async function afterStop(
    unstored: Decided[],
    { stoppedBy, reason }: Inserted,
    call: Call,
  ): Promise<PendingAppend[]> {
    const [stopped, ...rest] = unstored.map(({ append }) => append);
    if (!stopped) return [];
    allocator.forget(stopped.stream);
    switch (stoppedBy) {
      case "id":
        return answerStored([stopped, ...rest], call);
      case "seq":
        return afterConflict([stopped, ...rest], stopped.stream);
      default: {
        const [refused, ...others] = stopped.jobs;
        refused?.reject(new Error(`MongoDB refused an entry: ${reason}`));
        return [...(await admit(toPendingAppends(others), call)), ...rest];
      }
    }
  }

  // While there are others, the entries of the contended stream are left for a group of their own. Other processes may have
  // written to more of the streams: all are read again at once, instead of after one conflict each.
  function afterConflict(appends: PendingAppend[], stream: Stream): PendingAppend[] {
    for (const { stream: other } of appends) allocator.forget(other);
    clearTimeout(contended.get(stream));
    const timer = setTimeout(() => contended.delete(stream), contendedForMs).unref();
    contended.set(stream, timer);
    const others = appends.filter((append) => append.stream !== stream);
    return others.length > 0 ? others : appends;
  }

  /** Looks up the ids at majority in one read, and settles those that are stored; returns the others. */
  async function answerStored(
    appends: PendingAppend[],
    { session, by }: Call,
  ): Promise<PendingAppend[]> {
    const streams = [...new Set(appends.map(({ stream }) => stream))];
    const documents = await connection.messages
      // The stream is the shard key: with it only the shards concerned are asked.
      .find({ _id: { $in: appends.map(({ key }) => key) }, stream: { $in: streams } }, { session })
      .hint({ _id: 1 })
      .batchSize(appends.length + 1)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    const unfinished = documents.filter(({ erasing }) => erasing);
    await erase(connection, unfinished, session);
    const stored = new Map(documents.map((document) => [document._id, document]));
    return appends.filter((append) => {
      const document = stored.get(append.key);
      if (!document) return true;
      const entry = toEntry(document);
      const isOwn = document.by === by;
      if (isOwn) events.emit({ kind: "entry", entry });
      settleAppend(append, { entry, sentHash: document.sent_hash }, isOwn);
      return false;
    });
  }

  return { write, isContended: (stream: string) => contended.has(stream) };
}
