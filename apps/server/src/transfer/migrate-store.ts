import type { ChatStore } from "@chatnest/db";
import { readLines } from "../cli/import/lines.ts";
import { CommandError } from "../command-error.ts";
import { readParts } from "./file-parts.ts";
import type { EndLine, HeadLine, Totals } from "./format.ts";
import { type ImportedUnits, type ImportUnitsOptions, importUnits } from "./import-units.ts";
import { listHeads } from "./read-units.ts";
import { readStoreBytes } from "./store-bytes.ts";
import { readUnit } from "./unit-lines.ts";

/** How to migrate, and what to call meanwhile. */
export interface MigrateOptions
  extends Pick<ImportUnitsOptions, "signal" | "onRetry" | "onDiffering" | "onProgress"> {
  from: ChatStore;
  to: ChatStore;
  /** Increased as the migration proceeds. */
  counts: ImportedUnits;
}

/**
 * Copies a whole store into an empty one, or goes on with a migration from the same store. Each unit is read back and has to have the
 * same counts and checksum.
 * @returns what was migrated; `undefined` when it was interrupted, or something differs.
 * @throws CommandError when the target holds something else.
 */
export async function migrateStore(options: MigrateOptions): Promise<Totals | undefined> {
  const { from, to, counts } = options;
  await claim(to, await from.epoch());
  let totals: Totals | undefined;
  const parts = readParts(readLines(readStoreBytes(from)), (all) => {
    totals = all;
  });
  await importUnits(parts, {
    ...options,
    store: to,
    onWritten: (head, end) => verify(to, head, end),
  });
  if (!totals || options.signal.aborted || counts.differing > 0) return undefined;
  await verifyCounts(to, totals);
  await to.transfer.setSource(null);
  // Clients must not wait for positions that they know from another store.
  await to.renewEpoch();
  return totals;
}

/** Notes in the target which store is migrated into it. */
async function claim({ transfer }: ChatStore, source: string): Promise<void> {
  const before = await transfer.source();
  if (before === source) return;
  if (before !== null) {
    throw new CommandError("a migration from another store into the target has begun: finish that");
  }
  const [conversations, notes] = await Promise.all([
    transfer.conversations({ limit: 1 }),
    transfer.noteUsers({ limit: 1 }),
  ]);
  if (conversations.length > 0 || notes.length > 0) {
    throw new CommandError("the target is not empty: a store is migrated into an empty one");
  }
  await transfer.setSource(source);
}

async function verify(store: ChatStore, head: HeadLine, end: EndLine): Promise<void> {
  const stored = await storedHead(store, head);
  let found: EndLine | undefined;
  if (stored) for await (const part of readUnit(store, stored)) found = part.end;
  const isSame =
    found?.sha256 === end.sha256 && found.entries === end.entries && found.members === end.members;
  if (isSame) return;
  const name = head.type === "notes" ? `the notes of ${head.user_id}` : `conversation ${head.id}`;
  throw new CommandError(
    `${name} reads otherwise in the target than in the source: is a server running on it?`,
  );
}

async function storedHead({ transfer }: ChatStore, head: HeadLine): Promise<HeadLine | undefined> {
  if (head.type === "notes") return head;
  const found = await transfer.find(head.id);
  return found ? { type: "conversation", ...found.conversation } : undefined;
}

async function verifyCounts(store: ChatStore, totals: Totals): Promise<void> {
  let conversations = 0;
  let notes = 0;
  for await (const head of listHeads(store, undefined)) {
    if (head.type === "notes") notes++;
    else conversations++;
  }
  if (conversations === totals.conversations && notes === totals.notes) return;
  throw new CommandError("the target has other conversations beside: is a server running on it?");
}
