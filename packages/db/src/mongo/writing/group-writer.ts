import { setTimeout as pause } from "node:timers/promises";
import type { ClientSession } from "mongodb";
import type { Events } from "../../commit/events.ts";
import { readTimeoutMs, triesEndAfterMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { notMember } from "../../new-entry.ts";
import type { Stream } from "../../stream.ts";
import type { Activity } from "../activity.ts";
import type { Connection } from "../connection/connection.ts";
import { isUnavailable } from "../connection/errors.ts";
import { memberKey, toEntry } from "../documents.ts";
import { insertInOrder } from "./insert.ts";
import {
  type AppendJob,
  type PendingAppend,
  settleAppend,
  toPendingAppends,
  withoutSettled,
} from "./pending-append.ts";
import { createSeqAllocator } from "./seq-allocator.ts";

/** One attempt to write a group. */
interface Attempt {
  session: ClientSession;
  /** Whether an earlier attempt may have stored some of it: what is found stored counts as created by this group. */
  created: boolean;
}

const pauseBetweenAttemptsMs = 100;
/** How long a stream keeps a lane of its own after a conflict, in ms. */
const contendedForMs = 1_000;

/** Creates the writer of groups. It writes any number of them at once, as long as no stream is in two. */
export function createGroupWriter(connection: Connection, activity: Activity, events: Events) {
  const allocator = createSeqAllocator(connection);
  const contended = new Map<string, NodeJS.Timeout>();

  // A backup may have been restored while events were missed, so nothing known is trusted.
  events.watch((event) => {
    if (event.kind === "entry") allocator.hear(event.entry);
    else if (event.kind === "missed") allocator.forgetAll();
  });

  async function write(jobs: readonly AppendJob[]): Promise<void> {
    let appends = toPendingAppends(jobs);
    // In a causal session, the read after a conflict waits until a majority has the document in conflict.
    await using session = connection.client.startSession({ causalConsistency: true });
    const end = Date.now() + triesEndAfterMs;
    let created = false;
    let isAdmitted = false;
    for (;;) {
      try {
        if (created) appends = await answerStored(appends, { session, created });
        appends = await admit(appends, { session, created });
        isAdmitted = true;
        while (appends.length > 0) {
          appends = await insert(appends, { session, created });
          if (appends.length > 0 && Date.now() > end)
            throw new StoreError("unavailable", "too many conflicts");
        }
        return;
      } catch (error) {
        if (!isUnavailable(error) || Date.now() > end) throw error;
      }
      // The outcome is unknown: the next attempt first looks for what a majority has by then, by id. Never for those who
      // were not let in: a stranger would learn which ids there are.
      created = isAdmitted;
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
  async function admit(appends: PendingAppend[], attempt: Attempt): Promise<PendingAppend[]> {
    await refuseStrangers(appends.flatMap(({ jobs }) => jobs));
    const admitted = withoutSettled(appends);
    const joining = admitted.filter(({ append }) => {
      return append.admission === "join" && !activity.isMember(append.entry);
    });
    if (joining.length > 0) await answerStored(joining, attempt);
    const rest = withoutSettled(admitted);
    await activity.begin(rest.map(({ append }) => append));
    return rest;
  }

  async function refuseStrangers(jobs: readonly AppendJob[]): Promise<void> {
    const strangers = jobs.filter(({ item, outcome }) => {
      const isRestricted = item.admission === "members_only" && outcome === undefined;
      return isRestricted && !activity.isMember(item.entry);
    });
    if (strangers.length === 0) return;
    const found = await activity.lookUp(strangers.map(({ item }) => item.entry));
    for (const job of strangers) {
      const { conversation_id, user_id } = job.item.entry;
      if (conversation_id === null || found.has(memberKey(user_id, conversation_id))) continue;
      job.reject(notMember({ conversation_id, user_id }));
    }
  }

  /** Inserts entries and settles the jobs of the durable ones; returns what is still to be inserted. */
  async function insert(appends: PendingAppend[], attempt: Attempt): Promise<PendingAppend[]> {
    const { session } = attempt;
    const documents = await allocator.number(appends, session);
    const { count, stoppedBy, reason } = await insertInOrder(connection, documents, session);
    appends.slice(0, count).forEach((append, index) => {
      const document = documents[index];
      if (!document) return;
      // In a contended stream the winner reads again like the losers: a head start would starve them.
      if (contended.has(document.stream)) allocator.forget(document.stream);
      else allocator.acknowledge(document);
      const entry = toEntry(document);
      events.emit({ kind: "entry", entry });
      settleAppend(append, entry, true);
    });
    const [stopped, ...rest] = appends.slice(count);
    if (!stopped) return [];
    allocator.forget(stopped.stream);
    switch (stoppedBy) {
      case "id":
        return answerStored([stopped, ...rest], attempt);
      case "seq":
        return afterConflict([stopped, ...rest], stopped.stream);
      default: {
        const [refused, ...others] = stopped.jobs;
        refused?.reject(new Error(`MongoDB refused an entry: ${reason}`));
        return [...toPendingAppends(others), ...rest];
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
    { session, created }: Attempt,
  ): Promise<PendingAppend[]> {
    const streams = [...new Set(appends.map(({ stream }) => stream))];
    const documents = await connection.messages
      // The stream is the shard key: with it only the shards concerned are asked.
      .find({ _id: { $in: appends.map(({ key }) => key) }, stream: { $in: streams } }, { session })
      .hint({ _id: 1 })
      .batchSize(appends.length + 1)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    const stored = new Map(documents.map((document) => [document._id, toEntry(document)]));
    return appends.filter((append) => {
      const entry = stored.get(append.key);
      if (!entry) return true;
      if (created) events.emit({ kind: "entry", entry });
      settleAppend(append, entry, created);
      return false;
    });
  }

  return { write, isContended: (stream: string) => contended.has(stream) };
}
