import { setTimeout as pause } from "node:timers/promises";
import {
  type ChangeStreamDocument,
  type MongoClient,
  MongoServerError,
  type TopologyDescription,
  type TopologyDescriptionChangedEvent,
} from "mongodb";
import type { Events } from "../../commit/events.ts";
import type { Member } from "../../ports/members.ts";
import type { StoreEvent, WatchState } from "../../store.ts";
import type { Connection } from "../connection/connection.ts";
import { isUnavailable } from "../connection/errors.ts";
import type { MemberDocument } from "../documents.ts";
import { type EntryDocument, toEntry } from "../entry-documents.ts";
import { createLag } from "./lag.ts";
import { createWatchPublisher } from "./watch-publisher.ts";

/** The one change stream of a process. */
export interface Watch {
  state(): WatchState;
  /** Until when all changes were heard, by `performance.now()`; `-Infinity` before the first. */
  heardUntil(): number;
  close(): Promise<void>;
}

/** After how long without a change the server sends an empty reply, in ms: the heartbeat. */
const heartbeatMs = 1_000;
/** A change stream without a heartbeat for this long counts as dead, in ms. */
const silenceMaxMs = 10_000;
const pauseMinMs = 100;
const pauseMaxMs = 5_000;
/** After how many unknown errors in a row the token is given up. */
const refusalsMax = 5;

const ofChat = { $in: ["chat_messages", "chat_conversations", "chat_members", "chat_meta"] };

// Must never change: a token only resumes the pipeline that it came from.
const pipeline = [
  {
    $match: {
      $or: [
        { "ns.coll": "chat_messages", operationType: "insert" },
        { "ns.coll": "chat_members", operationType: { $in: ["insert", "replace", "delete"] } },
        {
          "ns.coll": "chat_members",
          operationType: "update",
          // Not when it is woken or settled.
          "updateDescription.updatedFields.awake": { $exists: false },
          "updateDescription.updatedFields.active_at": { $exists: false },
          // Nor when it is first looked at.
          "updateDescription.updatedFields.adopted": { $exists: false },
        },
        {
          "ns.coll": "chat_conversations",
          operationType: "update",
          $or: [
            { "updateDescription.updatedFields.title": { $exists: true } },
            { "updateDescription.updatedFields.metadata": { $exists: true } },
            { "updateDescription.removedFields": { $in: ["title", "metadata"] } },
          ],
        },
        {
          "ns.coll": "chat_meta",
          "documentKey._id": "erasures",
          operationType: { $in: ["insert", "update", "replace"] },
        },
        { "ns.coll": ofChat, operationType: { $in: ["drop", "rename"] } },
        { "to.coll": ofChat, operationType: "rename" },
        { operationType: { $in: ["dropDatabase", "invalidate"] } },
      ],
    },
  },
];

// Change streams need a replica set: https://www.mongodb.com/docs/manual/changeStreams/
const noChangeStreams = new Set([40573 /* not a replica set */, 20 /* IllegalOperation */]);
// The position of the token is no longer in the oplog, or the change stream ended there.
const tokenLost = new Set([
  260 /* InvalidResumeToken */, 280 /* ChangeStreamFatalError */, 286 /* ChangeStreamHistoryLost */,
]);

/**
 * Emits what all processes store. After an interruption it resumes, or emits `missed` when it cannot. `onAlone` is called when
 * the database has no change streams.
 */
export function openWatch(
  { client, db }: Connection,
  events: Pick<Events, "emit">,
  onAlone: () => void,
): Watch {
  const closed = new AbortController();
  // A former primary still answers, but may not receive changes any more.
  const unwatchPrimary = onNewPrimary(client, () => void current?.close().catch(() => {}));
  let refusals = 0;
  let current: { close(): Promise<void> } | undefined;
  let token: unknown;
  /** By `performance.now()`. */
  let aliveAt = Number.NEGATIVE_INFINITY;
  let heardUntil = Number.NEGATIVE_INFINITY;
  let isAlone = false;
  const { publishState, publishLag } = createWatchPublisher(state);
  const ended = run();

  function state(): WatchState {
    if (isAlone) return "alone";
    return performance.now() - aliveAt < silenceMaxMs ? "live" : "degraded";
  }

  async function run(): Promise<void> {
    let pauseMs = pauseMinMs;
    while (!closed.signal.aborted) {
      try {
        await listen(() => {
          pauseMs = pauseMinMs;
        });
      } catch (error) {
        const code = error instanceof MongoServerError ? Number(error.code) : undefined;
        isAlone = code !== undefined && noChangeStreams.has(code);
        publishState();
        if (isAlone) return onAlone();
        refusals = isUnavailable(error) || code === undefined ? refusals : refusals + 1;
        const isLost = code !== undefined && tokenLost.has(code);
        if (isLost || refusals > refusalsMax) token = undefined;
      }
      await pause(pauseMs, undefined, { signal: closed.signal }).catch(() => {});
      pauseMs = Math.min(pauseMs * 2, pauseMaxMs);
    }
  }

  async function listen(onHeartbeat: () => void): Promise<void> {
    const isResumed = token !== undefined;
    await using session = client.startSession();
    const lag = createLag(session);
    await using changeStream = db.watch<EntryDocument | MemberDocument>(pipeline, {
      session,
      maxAwaitTimeMS: heartbeatMs,
      batchSize: 1_000,
      ...(isResumed && { resumeAfter: token }),
    });
    current = changeStream;
    let isFirst = true;
    while (!closed.signal.aborted) {
      const askedAt = performance.now();
      const change = await changeStream.tryNext();
      aliveAt = performance.now();
      refusals = 0;
      onHeartbeat();
      publishState();
      // A change stream without a token misses what happened before it was opened.
      if (isFirst && !isResumed) events.emit({ kind: "missed" });
      isFirst = false;
      if (change) {
        publishLag(change);
        events.emit(readEvent(change as ChangeStreamDocument<EntryDocument & MemberDocument>));
      }
      heardUntil = Math.max(heardUntil, lag.heardUntil(askedAt, change));
      token = change?.operationType === "invalidate" ? undefined : changeStream.resumeToken;
      if (change?.operationType === "invalidate") return;
    }
  }

  return {
    state,
    heardUntil: () => heardUntil,
    async close() {
      closed.abort();
      unwatchPrimary();
      await current?.close();
      await ended;
    },
  };
}

/** Calls when another member becomes the primary; returns a function that removes the listener. */
function onNewPrimary(client: MongoClient, call: () => void): () => void {
  let primary: string | undefined;
  const hear = ({ previousDescription, newDescription }: TopologyDescriptionChangedEvent) => {
    primary ??= primaryOf(previousDescription);
    const next = primaryOf(newDescription);
    if (next === undefined || next === primary) return;
    if (primary !== undefined) call();
    primary = next;
  };
  client.on("topologyDescriptionChanged", hear);
  return () => void client.off("topologyDescriptionChanged", hear);
}

function primaryOf({ servers }: TopologyDescription): string | undefined {
  return [...servers.values()].find(({ type }) => type === "RSPrimary")?.address;
}

// A document that ChatNest did not write would otherwise stop the change stream for good.
function readEvent(change: ChangeStreamDocument<EntryDocument & MemberDocument>): StoreEvent {
  try {
    return toEvent(change);
  } catch {
    return { kind: "missed" };
  }
}

function toEvent(change: ChangeStreamDocument<EntryDocument & MemberDocument>): StoreEvent {
  if ("ns" in change && "coll" in change.ns && change.ns.coll === "chat_meta") {
    return change.operationType === "drop" || change.operationType === "rename"
      ? { kind: "missed" }
      : { kind: "erased" };
  }
  if (change.operationType === "insert") {
    const document = change.fullDocument;
    if (change.ns.coll === "chat_messages") return { kind: "entry", entry: toEntry(document) };
    return { kind: "joined", ...memberOf(document._id) };
  }
  if (change.operationType === "delete")
    return { kind: "left", ...memberOf(change.documentKey._id) };
  if (change.operationType === "update" || change.operationType === "replace") {
    const key = String(change.documentKey._id);
    if (change.ns.coll === "chat_conversations")
      return { kind: "conversation", conversation_id: key };
    // A change of most of a small document is told as its replacement.
    const fields =
      change.operationType === "update"
        ? change.updateDescription.updatedFields
        : change.fullDocument;
    const isRead = fields?.version !== undefined;
    return { kind: isRead ? "read" : "updated", ...memberOf(key) };
  }
  return { kind: "missed" };
}

function memberOf(key: string): Member {
  const [user_id = "", conversation_id = ""] = String(key).split("\n");
  return { user_id, conversation_id };
}
