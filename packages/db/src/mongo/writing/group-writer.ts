import type { ClientSession } from "mongodb";
import type { Events } from "../../commit/events.ts";
import type { Job } from "../../commit/job.ts";
import { readTimeoutMs, triesEndAfterMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { checkSameMessage } from "../../new-message.ts";
import type { Appended, NewMessage } from "../../store.ts";
import { type Stream, streamOf } from "../../stream.ts";
import type { Activity } from "../activity.ts";
import type { Connection } from "../connection/connection.ts";
import { isUnavailable } from "../connection/errors.ts";
import { messageKey, toMessage } from "../documents.ts";
import { insertInOrder } from "./insert.ts";
import { createSeqAllocator } from "./seq-allocator.ts";

type SendJob = Job<NewMessage, Appended>;

/** A send, and what does not change from one try to the next. */
export interface Entry {
  job: SendJob;
  key: string;
  stream: Stream;
}

/** One try to write a group, and whether one before it may have stored some of it. */
interface Attempt {
  session: ClientSession;
  created: boolean;
}

const pauseBetweenTriesMs = 100;
/** How long a stream that met a conflict keeps a lane of its own, in ms. */
const contendedForMs = 1_000;

/** Writes groups of sends; any number at once, as long as no stream is in two of them. */
export function createGroupWriter(connection: Connection, activity: Activity, events: Events) {
  const allocator = createSeqAllocator(connection);
  const contended = new Map<string, NodeJS.Timeout>();

  // What was missed may be a restored backup, so nothing of it is taken for granted.
  events.watch((event) => {
    if (event.kind === "message") allocator.hear(event.message);
    else if (event.kind === "missed") allocator.forgetAll();
  });

  async function write(jobs: readonly SendJob[]): Promise<void> {
    let entries = firstOfEachKey(jobs);
    // In one causal session, a read that follows a conflict waits until a majority has what we ran into.
    await using session = connection.client.startSession({ causalConsistency: true });
    const end = Date.now() + triesEndAfterMs;
    // Whether a try may have stored some of it: then what is found there was stored by this call.
    let created = false;
    for (;;) {
      try {
        if (created) entries = await answerStored(entries, { session, created });
        entries = await admit(entries, { session, created });
        while (entries.length > 0) {
          entries = await insert(entries, { session, created });
          if (entries.length > 0 && Date.now() > end)
            throw new StoreError("unavailable", "too many conflicts");
        }
        return;
      } catch (error) {
        if (!isUnavailable(error) || Date.now() > end) throw error;
      }
      // From here on nothing is taken for granted: what a majority has by then is found by its id.
      created = true;
      entries = entries.filter(({ job }) => !job.settled);
      for (const { stream } of entries) allocator.forget(stream);
      await new Promise((resolve) => setTimeout(resolve, pauseBetweenTriesMs));
    }
  }

  /** Lets senders in; one that is no member yet joins by a new message, never by a repeated or refused one. */
  async function admit(entries: Entry[], asked: Attempt): Promise<Entry[]> {
    const strangers = entries.filter(({ job }) => !activity.isMember(job.item));
    if (strangers.length > 0) await answerStored(strangers, asked);
    const rest = entries.filter(({ job }) => !job.settled);
    await activity.begin(rest.map(({ job }) => job.item));
    return rest;
  }

  /** Inserts entries and answers those that are durable; gives back what is still to be inserted. */
  async function insert(entries: Entry[], attempt: Attempt): Promise<Entry[]> {
    const { session } = attempt;
    const documents = await allocator.number(entries, session);
    const { count, stoppedBy, reason } = await insertInOrder(connection, documents, session);
    entries.slice(0, count).forEach(({ job }, index) => {
      const document = documents[index];
      if (!document) return;
      // Where others write too, whoever was first reads anew like everybody else: a head start would starve them.
      if (contended.has(document.stream)) allocator.forget(document.stream);
      else allocator.acknowledge(document);
      const message = toMessage(document);
      events.emit({ kind: "message", message });
      job.resolve({ message, created: true });
    });
    const [stopped, ...rest] = entries.slice(count);
    if (!stopped) return [];
    allocator.forget(stopped.stream);
    switch (stoppedBy) {
      case "id":
        return answerStored([stopped, ...rest], attempt);
      case "seq":
        return afterConflict([stopped, ...rest], stopped.stream);
      default:
        stopped.job.reject(new Error(`MongoDB refused a message: ${reason}`));
        return rest;
    }
  }

  // A stream that others write too goes on alone; entries left unsettled come again in a lane of their own. Where others
  // wrote one, they may have written more of them: all is read anew at once, or it would be one conflict after the other.
  function afterConflict(entries: Entry[], stream: Stream): Entry[] {
    for (const entry of entries) allocator.forget(entry.stream);
    clearTimeout(contended.get(stream));
    const timer = setTimeout(() => contended.delete(stream), contendedForMs).unref();
    contended.set(stream, timer);
    const others = entries.filter((entry) => entry.stream !== stream);
    return others.length > 0 ? others : entries;
  }

  /** Answers the entries whose ids a majority has, in one read; gives back the others. */
  async function answerStored(entries: Entry[], { session, created }: Attempt): Promise<Entry[]> {
    const streams = [...new Set(entries.map(({ stream }) => stream))];
    const documents = await connection.messages
      // The stream too, which is the shard key: so only the shards that have it are asked.
      .find({ _id: { $in: entries.map(({ key }) => key) }, stream: { $in: streams } }, { session })
      .hint({ _id: 1 })
      .batchSize(entries.length + 1)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    const stored = new Map(documents.map((document) => [document._id, toMessage(document)]));
    return entries.filter(({ job, key }) => {
      const message = stored.get(key);
      if (!message) return true;
      try {
        checkSameMessage(message, job.item);
        if (created) events.emit({ kind: "message", message });
        job.resolve({ message, created });
      } catch (error) {
        job.reject(error);
      }
      return false;
    });
  }

  return { write, isContended: (stream: string) => contended.has(stream) };
}

// Repeats within a group are left unsettled: they come again, and then find the first one stored. In the order of their
// streams, so that on a sharded cluster a group is one run for each shard.
function firstOfEachKey(jobs: readonly SendJob[]): Entry[] {
  const entries = new Map<string, Entry>();
  for (const job of jobs) {
    const stream = streamOf(job.item);
    const key = messageKey(stream, job.item.id);
    if (!entries.has(key)) entries.set(key, { job, key, stream });
  }
  return [...entries.values()].sort((a, b) => compare(a.stream, b.stream));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
