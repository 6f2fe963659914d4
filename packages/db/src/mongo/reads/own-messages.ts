import { type Lookup, lookUp, type ReadParts, type Stretch } from "./lookups.ts";

/** A message of a user, and how many messages the log holds up to it. */
export interface OwnMessage {
  seq: number;
  count: number;
}

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
  const found = await lookUp<{ own: { seq: number; count?: number }[] }>(connection, asked, {
    lookups: [newest],
  });
  return found.map(({ own: [message] }) => {
    return message && { seq: message.seq, count: message.count ?? message.seq };
  });
}

/** Counts the messages of the user in each stretch, deleted ones included. */
export async function countOwn(
  connection: ReadParts,
  asked: readonly Stretch[],
): Promise<number[]> {
  const found = await lookUp<{ own: { number: number }[] }>(connection, asked, {
    lookups: [number],
  });
  return found.map(({ own: [counted] }) => counted?.number ?? 0);
}
