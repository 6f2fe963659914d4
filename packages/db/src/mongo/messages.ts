import type { Events } from "../commit/events.ts";
import { GroupCommit } from "../commit/group-commit.ts";
import { readTimeoutMs } from "../deadlines.ts";
import type { Message } from "../entities.ts";
import type { Appended, MessageRange, MessageStore, NewMessage } from "../store.ts";
import { type Stream, streamOf } from "../stream.ts";
import type { Activity } from "./activity.ts";
import type { Connection } from "./connection/connection.ts";
import { toMessage } from "./documents.ts";
import { readHeads } from "./log-heads.ts";
import { createGroupWriter } from "./writing/group-writer.ts";

/** The logs, and how to let go of them. */
export interface MongoMessages extends MessageStore {
  close(): Promise<void>;
}

/** Opens the logs of messages. */
export function openMessages(
  connection: Connection,
  activity: Activity,
  events: Events,
): MongoMessages {
  const writer = createGroupWriter(connection, activity, events);
  const group = new GroupCommit<NewMessage, Appended>({
    store: "mongodb",
    laneOf: streamOf,
    write: writer.write,
    isAlone: writer.isContended,
    // A group is one command, of 16 MB at most: this many messages of the greatest length fit.
    groupSizeMax: 240,
    groupsInFlightMax: 4,
    // Of the pool's 100 connections, so that reads find some.
    lanesAloneMax: 32,
  });

  return {
    append: (message) => group.add(message),
    async page(stream, { after, before, limit, from }: MessageRange): Promise<Message[]> {
      const seq = {
        ...(after !== undefined && { $gt: after }),
        ...(before !== undefined && { $lt: before }),
      };
      const isBounded = Object.keys(seq).length > 0;
      const documents = await connection.messages
        .find(isBounded ? { stream, seq } : { stream })
        .sort({ seq: from === "oldest" ? 1 : -1 })
        .limit(limit)
        // The whole page in one answer.
        .batchSize(limit + 1)
        .maxTimeMS(readTimeoutMs)
        .toArray();
      const messages = documents.map(toMessage);
      return from === "oldest" ? messages : messages.reverse();
    },
    async get(stream, seq) {
      const document = await connection.messages.findOne(
        { stream, seq },
        { maxTimeMS: readTimeoutMs },
      );
      return document && toMessage(document);
    },
    async lastSeq(stream: Stream) {
      const heads = await readHeads(connection, [stream]);
      return heads.get(stream)?.seq ?? 0;
    },
    async lastSeqs(streams) {
      const heads = await readHeads(connection, streams);
      return new Map([...heads].map(([stream, { seq }]) => [stream, seq]));
    },
    close: () => group.close(),
  };
}
