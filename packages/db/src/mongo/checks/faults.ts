import type { Collection, Document, IndexDescription } from "mongodb";
import { callTimeoutMs, readTimeoutMs } from "../../deadlines.ts";
import type { Finding } from "../../ports/checks.ts";
import type { Connection } from "../connection/connection.ts";
import { indexes, membersIndex, seqIndex } from "../connection/schema.ts";

/** How many logs are looked at in one command. */
const streamsMax = 1_000;

/** Finds what is wrong with the database beside its logs. */
export async function* findFaults(connection: Connection): AsyncGenerator<Finding> {
  for (const name of Object.keys(indexes) as (keyof typeof indexes)[]) {
    yield* checkIndexes(connection[name] as unknown as Collection, indexes[name]);
  }
  yield* checkMembers(connection);
  yield* checkStreams(connection);
}

async function* checkIndexes(
  collection: Collection,
  expected: readonly IndexDescription[],
): AsyncGenerator<Finding> {
  const found = new Map(
    (await collection.listIndexes().toArray()).map((index) => [String(index["name"]), index]),
  );
  for (const index of expected) {
    const where = `the index ${index.name} of ${collection.collectionName}`;
    const stored = found.get(index.name ?? "");
    if (!stored) yield { where, what: "is missing" };
    else if (shapeOf(stored) !== shapeOf(index)) yield { where, what: "is another one" };
  }
}

function shapeOf(index: Document): string {
  const { key, unique = false, sparse = false, partialFilterExpression = null } = index;
  return JSON.stringify([key, unique, sparse, partialFilterExpression]);
}

async function* checkMembers({ conversations, members }: Connection): AsyncGenerator<Finding> {
  for (let last: string | undefined; ; ) {
    // Each step goes from one conversation to the next one that has members.
    const some = await members
      .find(last === undefined ? {} : { conversation_id: { $gt: last } })
      .hint(membersIndex)
      .sort({ conversation_id: 1, joined: 1 })
      .project<{ conversation_id: string }>({ _id: 0, conversation_id: 1 })
      .limit(streamsMax)
      .batchSize(streamsMax + 1)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    const ids = [...new Set(some.map(({ conversation_id }) => conversation_id))];
    for (const id of await absentOf({ conversations }, ids)) {
      yield { where: `conversation ${id}`, what: "has members, but is not there" };
    }
    last = ids.at(-1);
    if (last === undefined) return;
  }
}

async function* checkStreams(connection: Connection): AsyncGenerator<Finding> {
  const { messages } = connection;
  for (let last = ""; ; ) {
    const first = await messages
      .find({ stream: { $gt: last }, seq: 1 } as Document)
      .hint(seqIndex)
      .sort({ stream: 1 })
      .project<{ stream: string }>({ _id: 0, stream: 1 })
      .limit(streamsMax)
      .batchSize(streamsMax + 1)
      .maxTimeMS(readTimeoutMs)
      .toArray();
    const end = first.length < streamsMax ? undefined : first.at(-1)?.stream;
    // Also those whose first entry is missing.
    const all = await messages
      .aggregate<{ _id: string; seq: number }>(
        [
          { $match: { stream: { $gt: last, ...(end !== undefined && { $lte: end }) } } },
          { $sort: { stream: 1, seq: 1 } },
          { $group: { _id: "$stream", seq: { $first: "$seq" } } },
        ],
        { maxTimeMS: callTimeoutMs, allowDiskUse: true },
      )
      .toArray();
    const ids = all.flatMap(({ _id }) => (_id.startsWith("c:") ? [_id.slice(2)] : []));
    const absent = await absentOf(connection, ids);
    for (const id of absent) {
      yield { where: `conversation ${id}`, what: "has entries, but is not there" };
    }
    for (const { _id, seq } of all) {
      if (_id.startsWith("n:") && seq > 1) {
        yield { where: `the notes of ${_id.slice(2)}`, what: "entry 1 is missing" };
      }
    }
    if (end === undefined) return;
    last = end;
  }
}

async function absentOf(
  { conversations }: Pick<Connection, "conversations">,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const documents = await conversations
    .find({ _id: { $in: [...ids] } })
    .project<{ _id: string }>({ _id: 1 })
    .batchSize(ids.length + 1)
    .maxTimeMS(readTimeoutMs)
    .toArray();
  const found = new Set(documents.map(({ _id }) => _id));
  return ids.filter((id) => !found.has(id));
}
