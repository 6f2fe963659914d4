import { chunksOf } from "../chunks.ts";
import type { EntryDocument } from "../entry-documents.ts";
import { findFew, thoseIn } from "./few-messages.ts";
import { type Lookup, lookUp, type ReadParts, type Stretch, stretchesMax } from "./lookups.ts";

/** A message of a user, and how many messages the log holds up to it. */
export interface OwnMessage {
  seq: number;
  count: number;
}

type Row = Pick<EntryDocument, "stream" | "user_id" | "seq" | "count">;

/** Those of the user. Without a `kind` they are messages, which the index has alone. */
const own = {
  match: { kind: null },
  expression: [{ $eq: ["$user_id", "$$user"] }],
};

const newest: Lookup = {
  as: "own",
  ...own,
  stages: [
    { $sort: { stream: -1, user_id: -1, seq: -1 } },
    { $limit: 1 },
    { $project: { _id: 0, seq: 1, count: 1 } },
  ],
};

const number: Lookup = { as: "own", ...own, stages: [{ $count: "number" }] };

/** Reads the newest message of the user in each stretch, deleted ones included; `undefined` where there is none. */
export async function readNewestOwn(
  connection: ReadParts,
  asked: readonly Stretch[],
): Promise<(OwnMessage | undefined)[]> {
  const found: (OwnMessage | undefined)[] = [];
  for (const some of chunksOf(asked, stretchesMax)) {
    const few = await findFewOwn(connection, some);
    found.push(...(few ? few.map(newestOf) : await lookUpNewest(connection, some)));
  }
  return found;
}

/** Counts the messages of the user in each stretch, deleted ones included. */
export async function countOwn(
  connection: ReadParts,
  asked: readonly Stretch[],
): Promise<number[]> {
  const found: number[] = [];
  for (const some of chunksOf(asked, stretchesMax)) {
    const few = await findFewOwn(connection, some);
    found.push(...(few ? few.map((rows) => rows.length) : await lookUpNumbers(connection, some)));
  }
  return found;
}

async function findFewOwn(
  connection: ReadParts,
  asked: readonly Stretch[],
): Promise<Row[][] | undefined> {
  const rows = await findFew<Row, keyof Row>(connection, asked, {
    index: "stream_user",
    matchOf: ({ user_id }) => ({ user_id, kind: null }),
    fields: ["stream", "user_id", "seq", "count"],
  });
  const byStream = rows && Map.groupBy(rows, ({ stream }) => stream);
  return (
    byStream &&
    asked.map((one) => thoseIn(byStream, one).filter(({ user_id }) => user_id === one.user_id))
  );
}

function newestOf(rows: readonly Omit<Row, "stream" | "user_id">[]): OwnMessage | undefined {
  let newest: OwnMessage | undefined;
  for (const { seq, count = seq } of rows) {
    if (!newest || seq > newest.seq) newest = { seq, count };
  }
  return newest;
}

async function lookUpNewest(connection: ReadParts, asked: readonly Stretch[]) {
  const found = await lookUp<{ own: { seq: number; count?: number }[] }>(connection, asked, {
    lookups: [newest],
  });
  return found.map(({ own }) => newestOf(own));
}

async function lookUpNumbers(connection: ReadParts, asked: readonly Stretch[]) {
  const found = await lookUp<{ own: { number: number }[] }>(connection, asked, {
    lookups: [number],
  });
  return found.map(({ own: [counted] }) => counted?.number ?? 0);
}
