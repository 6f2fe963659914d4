import { readInOrder } from "../connection/read-rows.ts";
import { seqIndex } from "../connection/schema.ts";
import type { EntryDocument } from "../entry-documents.ts";
import { placeKey } from "../writing/targets.ts";
import type { LogWindows } from "./log-windows.ts";
import type { ReadParts, Stretch } from "./lookups.ts";
import { countOwn } from "./own-messages.ts";
import type { Draft } from "./row-changes.ts";
import { type ReadPosition, type Standing, stretchOf } from "./states.ts";

/** What a membership is to say, and what it says. */
export interface Drafted {
  standing: Standing;
  draft: Draft;
  position: ReadPosition;
}

/** Completes the positions that rows are to have with the counts up to them. Reads nothing where these are known. */
export async function readDraftedPositions(
  connection: ReadParts,
  drafted: readonly Drafted[],
  windows: LogWindows,
): Promise<ReadPosition[]> {
  const places = drafted.filter((one) => knownCount(one, windows) === undefined);
  const stretches = drafted.filter((one) => knownOwn(one, windows) === undefined);
  const [counts, own] = await Promise.all([
    readCounts(connection, places),
    countOwn(connection, stretches.map(ownStretch)),
  ]);
  const owns = new Map(stretches.map((one, index) => [one, own[index]]));
  return drafted.map((one) => ({
    read_seq: one.draft.read_seq,
    read_count: knownCount(one, windows) ?? counts.get(placeOf(one)) ?? one.draft.read_seq,
    own_seq: one.draft.own_seq,
    own_count: knownOwn(one, windows) ?? owns.get(one) ?? 0,
  }));
}

function knownCount({ standing, draft, position }: Drafted, windows: LogWindows) {
  const { head } = standing;
  if (draft.read_seq === position.read_seq) return position.read_count;
  if (draft.read_seq === 0) return 0;
  if (draft.read_seq >= head.said_seq) return head.count;
  const seen = windows.messagesIn(stretchOf(standing, draft.read_seq));
  return seen && head.count - seen.length;
}

function knownOwn(one: Drafted, windows: LogWindows): number | undefined {
  const { standing, draft, position } = one;
  if (draft.own_seq === 0) return 0;
  const isSame = draft.own_seq === position.own_seq && draft.read_seq === position.read_seq;
  if (isSame) return position.own_count;
  const seen = windows.messagesIn(ownStretch(one));
  return seen?.filter(({ user_id }) => user_id === standing.row.user_id).length;
}

async function readCounts(
  connection: ReadParts,
  drafted: readonly Drafted[],
): Promise<Map<string, number>> {
  if (drafted.length === 0) return new Map();
  const places = drafted.map(({ standing, draft }) => stretchOf(standing, draft.read_seq));
  const rows = await readInOrder<Pick<EntryDocument, "stream" | "seq" | "count">>(connection, {
    find: connection.messages.collectionName,
    filter: { $or: places.map(({ stream, after }) => ({ stream, seq: after })) },
    // Otherwise each of the searches is planned by itself.
    hint: seqIndex,
    projection: { _id: 0, stream: 1, seq: 1, count: 1 },
    batchSize: places.length + 1,
    singleBatch: true,
  });
  return new Map(rows.map(({ stream, seq, count }) => [placeKey(stream, seq), count ?? seq]));
}

function placeOf({ standing, draft }: Drafted): string {
  return placeKey(stretchOf(standing, 0).stream, draft.read_seq);
}

function ownStretch({ standing, draft }: Drafted): Stretch {
  return { ...stretchOf(standing, draft.read_seq), to: draft.own_seq };
}
