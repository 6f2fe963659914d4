import type { Document } from "mongodb";
import type { Stream } from "../../stream.ts";
import { readInOrder } from "../connection/read-rows.ts";
import type { ReadParts, Stretch } from "./lookups.ts";

/** How many messages one command finds at most. */
const foundMax = 1_000;

/** Which messages to find in stretches: those that a partial index has. */
export interface FewQuery<TField extends string> {
  /** The name of the index, which has all that is asked for. */
  index: string;
  /** What they are like, beside lying in the stretch. */
  matchOf(one: Stretch): Document;
  fields: readonly TField[];
}

/**
 * Finds messages in stretches by one scan of an index, which costs far less than a lookup in each stretch. Returns `undefined` when
 * there are more than 1,000.
 */
export async function findFew<TRow, TField extends string & keyof TRow>(
  connection: ReadParts,
  asked: readonly Stretch[],
  { index, matchOf, fields }: FewQuery<TField>,
): Promise<Pick<TRow, TField>[] | undefined> {
  const rows = await readInOrder<Pick<TRow, TField>>(connection, {
    find: connection.messages.collectionName,
    filter: {
      $or: asked.map((one) => ({
        stream: one.stream,
        seq: { $gt: one.after, $lte: one.to },
        ...matchOf(one),
      })),
    },
    // Otherwise each of the searches is planned by itself.
    hint: index,
    projection: { _id: 0, ...Object.fromEntries(fields.map((field) => [field, 1])) },
    limit: foundMax + 1,
    batchSize: foundMax + 2,
    singleBatch: true,
  });
  return rows.length > foundMax ? undefined : rows;
}

/** Returns those of some messages that lie in a stretch. */
export function thoseIn<TRow extends { seq: number }>(
  byStream: ReadonlyMap<Stream, readonly TRow[]>,
  { stream, after, to }: Stretch,
): TRow[] {
  return byStream.get(stream)?.filter(({ seq }) => seq > after && seq <= to) ?? [];
}
