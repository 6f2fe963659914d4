import type { ClientSession, Document } from "mongodb";
import { readTimeoutMs } from "../deadlines.ts";
import type { Connection } from "./connection/connection.ts";
import type { EntryDocument } from "./entry-documents.ts";

/** Keys of entries that replace each other: of each key, only the newest entry counts. */
export interface NewestKeys {
  aspect?: readonly string[];
  thread?: readonly string[];
  reactor?: readonly string[];
}

type Field = keyof NewestKeys;

/** What reading the newest entries needs. */
export interface NewestOptions {
  session: ClientSession;
  /** The fields to read. @default all */
  fields?: readonly (keyof EntryDocument)[];
}

/** Reads the newest entry of each key, at majority, in one command that seeks once for each key. */
export async function readNewest(
  { messages, isRouted }: Pick<Connection, "messages" | "isRouted">,
  keys: NewestKeys,
  { session, fields }: NewestOptions,
): Promise<Map<string, EntryDocument>> {
  const asked = (Object.entries(keys) as [Field, readonly string[]][]).filter(
    ([, values]) => values.length > 0,
  );
  const [first, ...others] = asked;
  if (!first) return new Map();
  const stagesOf = (await isRouted()) ? lookedUp : grouped;
  const coll = messages.collectionName;
  const pipeline = [
    ...stagesOf(...first, coll),
    ...others.map((other) => ({ $unionWith: { coll, pipeline: stagesOf(...other, coll) } })),
    ...(fields
      ? [{ $project: Object.fromEntries(fields.map((name) => [`newest.${name}`, 1])) }]
      : []),
  ];
  const found = await messages
    .aggregate<{ _id: string; newest: EntryDocument }>(pipeline, {
      maxTimeMS: readTimeoutMs,
      batchSize: asked.reduce((sum, [, values]) => sum + values.length, 1),
      session,
    })
    .toArray();
  return new Map(found.map(({ _id, newest }) => [_id, newest]));
}

// With this sort, a backwards DISTINCT_SCAN of the index of the field answers the group.
function grouped(field: Field, values: readonly string[]): Document[] {
  return [
    { $match: { [field]: { $in: [...values] } } },
    { $sort: { [field]: -1, seq: -1 } },
    { $group: { _id: `$${field}`, newest: { $first: "$$ROOT" } } },
  ];
}

// Shards would send all entries of the keys to the router, which groups them. So each is looked up.
function lookedUp(field: Field, values: readonly string[], from: string): Document[] {
  return [
    { $limit: 1 },
    { $project: { _id: 0, key: { $literal: [...values] } } },
    { $unwind: "$key" },
    {
      $lookup: {
        from,
        localField: "key",
        foreignField: field,
        pipeline: [{ $sort: { seq: -1 } }, { $limit: 1 }],
        as: "newest",
      },
    },
    { $unwind: "$newest" },
    { $project: { _id: "$key", newest: 1 } },
  ];
}
