import type { ChatStore } from "@chatnest/db";
import type { HeadLine } from "./format.ts";
import { readUnit, type UnitPart } from "./unit-lines.ts";

/** Where an export goes on: behind this unit. */
export interface UnitPlace {
  type: HeadLine["type"];
  /** The id of the conversation, or of the user. */
  id: string;
}

/** A part of a unit, and the unit. */
export interface ReadPart extends UnitPart {
  head: HeadLine;
}

const listedMax = 500;
/** How many units are read at once. Each holds one part in memory. */
const atOnce = 16;

/** Reads all units of a store as their lines: conversations in the order of their ids, then notes in that of the users. */
export async function* readUnits(
  store: ChatStore,
  after: UnitPlace | undefined,
): AsyncGenerator<ReadPart> {
  const begun: {
    head: HeadLine;
    parts: AsyncGenerator<UnitPart>;
    first: Promise<IteratorResult<UnitPart>>;
  }[] = [];

  async function* finishFirst(): AsyncGenerator<ReadPart> {
    const unit = begun.shift();
    if (!unit) return;
    const { head, parts, first } = unit;
    for (let next = await first; !next.done; next = await parts.next()) {
      yield { ...next.value, head };
    }
  }

  for await (const head of listHeads(store, after)) {
    const parts = readUnit(store, head);
    const first = parts.next();
    // It is awaited in its turn.
    first.catch(() => {});
    begun.push({ head, parts, first });
    if (begun.length === atOnce) yield* finishFirst();
  }
  while (begun.length > 0) yield* finishFirst();
}

/** Lists all units of a store in order. */
export async function* listHeads(
  { transfer }: ChatStore,
  after: UnitPlace | undefined,
): AsyncGenerator<HeadLine> {
  let last = after?.type === "conversation" ? after.id : undefined;
  while (after?.type !== "notes") {
    const range = { limit: listedMax, ...(last !== undefined && { after: last }) };
    const some = await transfer.conversations(range);
    for (const conversation of some) yield { type: "conversation", ...conversation };
    last = some.at(-1)?.id;
    if (some.length < listedMax) break;
  }
  let lastUser = after?.type === "notes" ? after.id : undefined;
  for (;;) {
    const range = { limit: listedMax, ...(lastUser !== undefined && { after: lastUser }) };
    const some = await transfer.noteUsers(range);
    for (const user_id of some) yield { type: "notes", user_id };
    lastUser = some.at(-1);
    if (some.length < listedMax) return;
  }
}
