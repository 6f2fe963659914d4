import { chunksOf } from "../chunks.ts";
import type { EntryDocument } from "../entry-documents.ts";
import { findFew, thoseIn } from "./few-messages.ts";
import { type Lookup, lookUp, type ReadParts, type Stretch, stretchesMax } from "./lookups.ts";
import {
  countPending,
  type PendingDeletions,
  pendingIn,
  readPendingDeletions,
} from "./pending-deletions.ts";

/** What is left out of a count of messages, and what is counted apart. */
export interface NewMessages {
  /** The deleted messages of others. */
  deleted: number;
  /** The messages of others that mention the user, or everyone, and are not deleted. */
  mentions: number;
}

type Row = Pick<EntryDocument, "stream" | "seq" | "user_id">;
type Mentioning = Row & Pick<EntryDocument, "mentions">;

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
  const counted: NewMessages[] = [];
  for (const some of chunksOf(asked, stretchesMax)) {
    const pending = await readPendingDeletions(
      connection,
      new Set(some.map(({ stream }) => stream)),
    );
    const [found, erasing] = await Promise.all([
      countFew(connection, some, pending).then(
        (few) => few ?? countMany(connection, some, pending),
      ),
      countPending(connection, some, pending),
    ]);
    counted.push(
      ...found.map(({ deleted, mentions }, index) => {
        return { deleted: deleted + (erasing[index] ?? 0), mentions };
      }),
    );
  }
  return counted;
}

/** Counts by two scans what is not pending; `undefined` when there is much. */
async function countFew(
  connection: ReadParts,
  asked: readonly Stretch[],
  pending: PendingDeletions,
): Promise<NewMessages[] | undefined> {
  const [stubs, mentions] = await Promise.all([
    findFew<Row, keyof Row>(connection, asked, {
      index: "deleted_seq",
      matchOf: () => ({ deleted_seq: { $exists: true } }),
      fields: ["stream", "seq", "user_id"],
    }),
    findFew<Mentioning, keyof Mentioning>(connection, asked, {
      index: "mentions",
      matchOf: ({ user_id }) => ({ mentions: { $in: [user_id, true] } }),
      fields: ["stream", "seq", "user_id", "mentions"],
    }),
  ]);
  if (!stubs || !mentions) return undefined;
  const [stubsOf, mentionsOf] = [byStream(stubs), byStream(mentions)];
  return asked.map((one) => {
    const isOfOthers = ({ seq, user_id }: Row) =>
      user_id !== one.user_id && !pending.get(one.stream)?.has(seq);
    const mentionsUser = ({ mentions: named }: Mentioning) =>
      named === true || named?.includes(one.user_id) === true;
    return {
      deleted: thoseIn(stubsOf, one).filter(isOfOthers).length,
      mentions: thoseIn(mentionsOf, one).filter((row) => isOfOthers(row) && mentionsUser(row))
        .length,
    };
  });
}

/** Counts by lookups what is not pending. */
async function countMany(
  connection: ReadParts,
  asked: readonly Stretch[],
  pending: PendingDeletions,
): Promise<NewMessages[]> {
  const found = await lookUp<Record<"stubs" | "mentions", { number: number }[]>>(
    connection,
    asked,
    {
      lookups,
      fieldsOf: (one) => ({
        mentioned: [{ $literal: one.user_id }, true],
        besides: pendingIn(one, pending),
      }),
    },
  );
  return found.map(({ stubs: [stubs], mentions: [mentions] }) => {
    return { deleted: stubs?.number ?? 0, mentions: mentions?.number ?? 0 };
  });
}

function byStream<TRow extends Row>(rows: readonly TRow[]): Map<Row["stream"], TRow[]> {
  return Map.groupBy(rows, ({ stream }) => stream);
}
