import type { Document } from "mongodb";
import { readTimeoutMs } from "../../deadlines.ts";
import type { Message } from "../../entities.ts";
import { pageLengthMax } from "../../limits.ts";
import { fitPage, lengthOf } from "../../paging/page-length.ts";
import { conversationStream } from "../../stream.ts";
import { chunksOf } from "../chunks.ts";
import { CausalReads } from "../connection/causal-reads.ts";
import type { Connection } from "../connection/connection.ts";
import type { EntryDocument } from "../entry-documents.ts";
import { readCurrent } from "../messages/current.ts";
import { toCurrentMessages } from "../messages/states.ts";
import { withId } from "../with-members.ts";

/** How long the messages of several conversations can be together. */
const lengthMax = 2 * pageLengthMax;
/** How many messages one reply can hold, whose limit is 16 MB, however long they are. */
const atOnceMax = 200;
/** How many changed messages one command reads at most. */
const changedMax = 256;

/**
 * Reads the newest messages of conversations, oldest first, of each as many as fit into a page. Gives up and returns `undefined`
 * where those of several conversations are far too long for one page.
 */
export async function readNewestMessages(
  connection: Connection,
  ids: readonly string[],
  newest: number,
): Promise<ReadonlyMap<string, Message[]> | undefined> {
  if (ids.length === 0) return new Map();
  await using reads = new CausalReads(connection);
  const views = new Map<string, Message[]>();
  const range = { limit: newest, from: "newest" } as const;
  const readOne = async (id: string) =>
    fitPage(
      await readCurrent(connection, { stream: conversationStream(id), ...range }, reads),
      range,
    );
  const [first, second] = ids;
  if (first !== undefined && second === undefined) return views.set(first, await readOne(first));
  const messages = await readSome(connection, { ids, newest }, reads);
  if (!messages) return undefined;
  for (const [id, some] of Map.groupBy(messages, (message) => message.conversation_id)) {
    if (id === null) continue;
    // Where one is deleted, that was stored meanwhile, or its text is not erased yet.
    const isCurrent = some.every(({ deleted_at }) => deleted_at === undefined);
    views.set(id, isCurrent ? fitPage(some, range) : await readOne(id));
  }
  return views;
}

/** Reads the newest messages of conversations, those of each oldest first; `undefined` when they are too long. */
async function readSome(
  connection: Connection,
  query: { ids: readonly string[]; newest: number },
  reads: CausalReads,
): Promise<Message[] | undefined> {
  const documents = await readDocuments(connection, query, reads);
  if (!documents) return undefined;
  const changed = documents.filter((document) => document.changed !== undefined);
  const size = changed.length > changedMax ? changedMax : documents.length;
  const messages: Message[] = [];
  let length = 0;
  for (const some of chunksOf(documents, size)) {
    for (const message of await toCurrentMessages(connection, some, reads)) {
      messages.push(message);
      length += lengthOf(message);
    }
    if (length > lengthMax) return undefined;
  }
  return messages;
}

async function readDocuments(
  { conversations, messages }: Connection,
  { ids, newest }: { ids: readonly string[]; newest: number },
  reads: CausalReads,
): Promise<EntryDocument[] | undefined> {
  const pipeline = withNewest(ids, { from: messages.collectionName, newest });
  const count = ids.length * newest;
  if (count <= atOnceMax) {
    const { collectionName } = conversations;
    const command = { aggregate: collectionName, pipeline, cursor: { batchSize: count + 1 } };
    return (await reads.rows<EntryDocument>(command)).reverse();
  }
  const documents: EntryDocument[] = [];
  let length = 0;
  await using cursor = conversations.aggregate<EntryDocument>(pipeline, {
    session: reads.session,
    batchSize: count + 1,
    maxTimeMS: readTimeoutMs,
  });
  for await (const document of cursor) {
    const { content = "", metadata = "" } = document;
    length += content.length + metadata.length;
    if (length > lengthMax) return undefined;
    documents.push(document);
  }
  return documents.reverse();
}

function withNewest(
  ids: readonly string[],
  { from, newest }: { from: string; newest: number },
): Document[] {
  return [
    ...withId(ids),
    { $set: { stream: { $concat: ["c:", "$_id"] } } },
    {
      $lookup: {
        from,
        localField: "stream",
        foreignField: "stream",
        pipeline: [
          { $match: { content: { $exists: true } } },
          { $sort: { seq: -1 } },
          { $limit: newest },
        ],
        as: "message",
      },
    },
    // MongoDB merges this into the lookup, so that no document has more than one message: the limit is 16 MB.
    { $unwind: "$message" },
    { $replaceRoot: { newRoot: "$message" } },
  ];
}
