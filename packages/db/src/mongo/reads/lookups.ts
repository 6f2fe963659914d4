import type { Document } from "mongodb";
import type { Stream } from "../../stream.ts";
import { chunksOf } from "../chunks.ts";
import type { Connection } from "../connection/connection.ts";
import { readInOrder } from "../connection/read-rows.ts";

/** What reading read state needs. */
export type ReadParts = Pick<Connection, "db" | "messages" | "members" | "horizon" | "isRouted">;

/** A part of a log, as one user sees it. */
export interface Stretch {
  stream: Stream;
  user_id: string;
  /** Exclusive. */
  after: number;
  /** Inclusive. */
  to: number;
}

/** Looks up one thing in each stretch, by an index of the messages. */
export interface Lookup {
  /** The field of the found. */
  as: string;
  /** A field of the stretch, and one of messages that is equal to it. @default `stream` */
  by?: [local: string, foreign: string];
  /** What the messages are like, beside lying in the stretch. */
  match: Document;
  /** What they are like in terms of the stretch, whose fields are variables. */
  expression: Document[];
  /** What is made of them. */
  stages: Document[];
}

/** How many stretches one command looks at. */
export const stretchesMax = 500;

/** That a message lies in the stretch. */
const inStretch: Document[] = [
  { $eq: ["$stream", "$$stream"] },
  { $gt: ["$seq", "$$after"] },
  { $lte: ["$seq", "$$to"] },
];

/** Looks things up in stretches, and returns what was found in each, in order. `fieldsOf` adds fields to a stretch. */
export async function lookUp<TFound extends Document, TStretch extends Stretch = Stretch>(
  connection: ReadParts,
  asked: readonly TStretch[],
  { lookups, fieldsOf }: { lookups: readonly Lookup[]; fieldsOf?(one: TStretch): Document },
): Promise<TFound[]> {
  const found: TFound[] = [];
  const names = lookups.map(({ as }) => as);
  for (const some of chunksOf(asked, stretchesMax)) {
    const documents = some.map((one, n) => {
      const { stream, user_id, after, to } = one;
      // Literally: the id of a user may begin with a `$`.
      return { n, stream, user: { $literal: user_id }, after, to, ...fieldsOf?.(one) };
    });
    const rows = await readInOrder<TFound & { n: number }>(connection, {
      aggregate: 1,
      pipeline: [
        { $documents: documents },
        ...lookups.map((lookup) => toStage(lookup, connection.messages.collectionName)),
        { $project: Object.fromEntries(["n", ...names].map((name) => [name, 1])) },
      ],
      cursor: { batchSize: some.length + 1 },
    });
    rows.sort((a, b) => a.n - b.n);
    found.push(...rows);
  }
  return found;
}

function toStage({ as, by, match, expression, stages }: Lookup, from: string): Document {
  const [localField, foreignField] = by ?? ["stream", "stream"];
  const variables = ["stream", "user", "after", "to", "besides"];
  return {
    $lookup: {
      from,
      localField,
      foreignField,
      let: Object.fromEntries(variables.map((name) => [name, `$${name}`])),
      pipeline: [
        { $match: { ...match, $expr: { $and: [...inStretch, ...expression] } } },
        ...stages,
      ],
      as,
    },
  };
}
