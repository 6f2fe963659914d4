import { type Drafted, readDraftedPositions } from "./draft-counts.ts";
import { readWindows } from "./log-windows.ts";
import type { ReadParts } from "./lookups.ts";
import {
  applyChange,
  type Draft,
  draftOf,
  isCurrentReading,
  placeOf,
  type RowChange,
} from "./row-changes.ts";
import {
  findNew,
  type NewCounts,
  newStretch,
  type ReadPosition,
  readPositions,
  type Standing,
  storedPosition,
  stretchOf,
  toCounts,
} from "./states.ts";

/** Changes of one row, in order. */
export interface RowChanges {
  standing: Standing;
  changes: readonly RowChange[];
}

/** What a row is to say, what it says, and which changes are refused, by their index. */
export interface RowDraft {
  standing: Standing;
  before: Draft;
  draft: Draft;
  position: ReadPosition;
  counts: NewCounts;
  errors: ReadonlyMap<number, unknown>;
}

/** Makes drafts of what rows are to say after changes, with all counts. */
export async function draftRows(
  connection: ReadParts,
  all: readonly RowChanges[],
): Promise<RowDraft[]> {
  const standings = all.map(withFloor);
  const windows = await readWindows(
    connection,
    all.flatMap((one, index) => changedStretch(one, standings[index]?.floor) ?? []),
  );
  const before = await readPositions(connection, standings, windows);
  const drafted = all.map((one, index): Drafted & Pick<RowDraft, "before" | "errors"> => {
    const position = before[index] ?? storedPosition(one.standing);
    return { standing: one.standing, position, ...draftOne(one, position) };
  });
  const stretches = drafted.map(({ standing, draft }) => newStretch(standing, draft.read_seq));
  const [positions, found] = await Promise.all([
    readDraftedPositions(connection, drafted, windows),
    findNew(connection, stretches, windows),
  ]);
  return drafted.map((one, index) => {
    const position = positions[index] ?? one.position;
    return { ...one, position, counts: toCounts(one.standing, position, found[index] ?? []) };
  });
}

/** Completes a standing with up to where it is going to be read in any case: only own messages behind that matter. */
function withFloor({ standing, changes }: RowChanges): Standing {
  if (!changes.every((change) => isCurrentReading(change, standing.row))) return standing;
  const places = changes.flatMap((change) => placeOf(change) ?? []);
  const floor = Math.max(0, ...places.filter((seq) => seq <= standing.head.seq));
  return { ...standing, floor };
}

/** Returns the part of a log that decides what a row says after changes; `undefined` when that is known. */
function changedStretch({ standing, changes }: RowChanges, floor: number | undefined) {
  const { read_seq } = storedPosition(standing);
  const { said_seq } = standing.head;
  if (floor !== undefined) {
    const from = Math.max(read_seq, floor);
    return from < said_seq ? stretchOf(standing, from) : undefined;
  }
  const places = changes.map((change) => placeOf(change) ?? read_seq);
  return stretchOf(standing, Math.min(read_seq, ...places));
}

function draftOne({ standing, changes }: RowChanges, position: ReadPosition) {
  const before = draftOf(standing, position);
  const errors = new Map<number, unknown>();
  let draft = before;
  for (const [index, change] of changes.entries()) {
    try {
      draft = applyChange(draft, change, standing.head);
    } catch (error) {
      errors.set(index, error);
    }
  }
  return { before, draft, errors };
}
