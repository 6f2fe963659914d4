import { createHash } from "node:crypto";
import type { ChatStore } from "@chatnest/db";
import { type Totals, toHeaderLine, toTotalLine } from "./format.ts";
import { readUnits } from "./read-units.ts";
import { count } from "./scan.ts";

/** Reads a whole store as an export. */
export async function* readStoreBytes(store: ChatStore): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  const totals: Totals = { conversations: 0, notes: 0, members: 0, entries: 0 };
  yield Buffer.from(toHeaderLine(new Date()));
  for await (const { head, text, end } of readUnits(store, undefined)) {
    const bytes = Buffer.from(text);
    hash.update(bytes);
    yield bytes;
    if (end) count(totals, head, end);
  }
  yield Buffer.from(toTotalLine(totals, hash.digest("hex")));
}
