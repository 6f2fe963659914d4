import { setTimeout as pause } from "node:timers/promises";
import type { ClientSession } from "mongodb";
import type { Events } from "../../commit/events.ts";
import { readTimeoutMs, triesEndAfterMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import type { Stream } from "../../stream.ts";
import type { Activity } from "../activity.ts";
import type { Connection } from "../connection/connection.ts";
import { isUnavailable } from "../connection/errors.ts";
import { toMessage } from "../documents.ts";
import { insertInOrder } from "./insert.ts";
import {
  answerSend,
  isUnsettled,
  type PendingSend,
  type SendJob,
  toPendingSends,
} from "./pending-send.ts";
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
    if (event.kind === "message") allocator.hear(event.message);
    else if (event.kind === "missed") allocator.forgetAll();
  });

  async function write(jobs: readonly SendJob[]): Promise<void> {
    let sends = toPendingSends(jobs);
    // In a causal session, the read after a conflict waits until a majority has the document in conflict.
    await using session = connection.client.startSession({ causalConsistency: true });
    const end = Date.now() + triesEndAfterMs;
    let created = false;
    for (;;) {
      try {
        if (created) sends = await answerStored(sends, { session, created });
        sends = await admit(sends, { session, created });
        while (sends.length > 0) {
          sends = await insert(sends, { session, created });
          if (sends.length > 0 && Date.now() > end)
            throw new StoreError("unavailable", "too many conflicts");
        }
        return;
      } catch (error) {
        if (!isUnavailable(error) || Date.now() > end) throw error;
      }
      // The outcome is unknown: the next attempt first looks for what a majority has by then, by id.
      created = true;
      sends = sends.filter(isUnsettled);
      if (sends.length === 0) return;
      for (const { stream } of sends) allocator.forget(stream);
      await pause(pauseBetweenAttemptsMs);
    }
  }

  /** Makes members of the senders of new messages. A repeated or refused message makes nobody a member. */
  async function admit(sends: PendingSend[], attempt: Attempt): Promise<PendingSend[]> {
    const strangers = sends.filter(({ message }) => !activity.isMember(message));
    if (strangers.length > 0) await answerStored(strangers, attempt);
    const rest = sends.filter(isUnsettled);
    await activity.begin(rest.map(({ message }) => message));
    return rest;
  }

  /** Inserts messages and settles the sends of the durable ones; returns what is still to be inserted. */
  async function insert(sends: PendingSend[], attempt: Attempt): Promise<PendingSend[]> {
    const { session } = attempt;
    const documents = await allocator.number(sends, session);
    const { count, stoppedBy, reason } = await insertInOrder(connection, documents, session);
    sends.slice(0, count).forEach((send, index) => {
      const document = documents[index];
      if (!document) return;
      // In a contended stream the winner reads again like the losers: a head start would starve them.
      if (contended.has(document.stream)) allocator.forget(document.stream);
      else allocator.acknowledge(document);
      const message = toMessage(document);
      events.emit({ kind: "message", message });
      answerSend(send, { message, created: true });
    });
    const [stopped, ...rest] = sends.slice(count);
    if (!stopped) return [];
    allocator.forget(stopped.stream);
    switch (stoppedBy) {
      case "id":
        return answerStored([stopped, ...rest], attempt);
      case "seq":
        return afterConflict([stopped, ...rest], stopped.stream);
      default: {
        const [refused, ...others] = stopped.jobs;
        refused?.reject(new Error(`MongoDB refused a message: ${reason}`));
        return [...toPendingSends(others), ...rest];
      }
    }
  }

  // While there are others, the sends of the contended stream are left for a group of their own. Other processes may have
  // written to more of the streams: all are read again at once, instead of after one conflict each.
  function afterConflict(sends: PendingSend[], stream: Stream): PendingSend[] {
    for (const send of sends) allocator.forget(send.stream);
    clearTimeout(contended.get(stream));
    const timer = setTimeout(() => contended.delete(stream), contendedForMs).unref();
    contended.set(stream, timer);
    const others = sends.filter((send) => send.stream !== stream);
    return others.length > 0 ? others : sends;
  }

  /** Looks up the ids at majority in one read, and settles the sends that are stored; returns the others. */
  async function answerStored(
    sends: PendingSend[],
    { session, created }: Attempt,
  ): Promise<PendingSend[]> {
    const streams = [...new Set(sends.map(({ stream }) => stream))];
    const documents = await connection.messages
      // The stream is the shard key: with it only the shards concerned are asked.
      .find({ _id: { $in: sends.map(({ key }) => key) }, stream: { $in: streams } }, { session })
      .hint({ _id: 1 })
      .batchSize(sends.length + 1)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    const stored = new Map(documents.map((document) => [document._id, toMessage(document)]));
    return sends.filter((send) => {
      const message = stored.get(send.key);
      if (!message) return true;
      if (created) events.emit({ kind: "message", message });
      answerSend(send, { message, created });
      return false;
    });
  }

  return { write, isContended: (stream: string) => contended.has(stream) };
}
