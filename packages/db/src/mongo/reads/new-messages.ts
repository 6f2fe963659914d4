import { readInOrder } from "../connection/read-rows.ts";
import type { EntryDocument } from "../entry-documents.ts";
import { placeKey } from "../writing/targets.ts";
import { type Lookup, lookUp, type ReadParts, type Stretch } from "./lookups.ts";
import { readPendingDeletions } from "./pending-deletions.ts";

/** What is left out of a count of messages, and what is counted apart. */
export interface NewMessages {
  /** The deleted messages of others. */
  deleted: number;
  /** The messages of others that mention the user, or everyone, and are not deleted. */
  mentions: number;
}

/** By others, and not in a list of positions. */
const ofOthers = [{ $ne: ["$user_id", "$$user"] }, { $not: [{ $in: ["$seq", "$$besides"] }] }];

const lookups: readonly Lookup[] = [
  {
    as: "stubs",
    match: { deleted_seq: { $exists: true } },
    expression: ofOthers,
    stages: [{ $count: "number" }],
  },
  {
    as: "mentions",
    by: ["mentioned", "mentions"],
    match: { mentions: { $exists: true } },
    expression: ofOthers,
    stages: [{ $count: "number" }],
  },
];

/**
 * Counts deleted messages and mentions in stretches. The deletions whose texts may not be erased yet are read first: what is erased
 * after that is found as erased.
 */
export async function countNewMessages(
  connection: ReadParts,
  asked: readonly Stretch[],
): Promise<NewMessages[]> {
  if (asked.length === 0) return [];
  const pending = await readPendingDeletions(
    connection,
    new Set(asked.map(({ stream }) => stream)),
  );
  const besidesOf = ({ stream, after, to }: Stretch) =>
    [...(pending.get(stream) ?? [])].filter((seq) => seq > after && seq <= to);
  const authors = await readAuthors(
    connection,
    asked.flatMap((one) => besidesOf(one).map((seq) => ({ stream: one.stream, seq }))),
  );
  const found = await lookUp<Record<"stubs" | "mentions", { number: number }[]>>(
    connection,
    asked,
    {
      lookups,
      fieldsOf: (one) => ({
        mentioned: [{ $literal: one.user_id }, true],
        besides: besidesOf(one),
      }),
    },
  );
  return asked.map((one, index) => {
    const { stubs = [], mentions = [] } = found[index] ?? {};
    const others = besidesOf(one).filter((seq) => {
      return authors.get(placeKey(one.stream, seq)) !== one.user_id;
    });
    return {
      deleted: (stubs[0]?.number ?? 0) + others.length,
      mentions: mentions[0]?.number ?? 0,
    };
  });
}

async function readAuthors(
  connection: ReadParts,
  places: readonly Pick<EntryDocument, "stream" | "seq">[],
): Promise<Map<string, string>> {
  if (places.length === 0) return new Map();
  const rows = await readInOrder<Pick<EntryDocument, "stream" | "seq" | "user_id">>(connection, {
    find: connection.messages.collectionName,
    filter: { $or: places.map(({ stream, seq }) => ({ stream, seq })) },
    projection: { _id: 0, stream: 1, seq: 1, user_id: 1 },
    batchSize: places.length + 1,
    singleBatch: true,
  });
  return new Map(rows.map(({ stream, seq, user_id }) => [placeKey(stream, seq), user_id]));
}
