import { z } from "zod";
import { defineStoreCommand } from "../admin/command.ts";
import type { Totals } from "./format.ts";
import { readUnits } from "./read-units.ts";
import { count } from "./scan.ts";

/** What an export command gives: the lines of all units behind a place, as bytes, and how much they hold. */
export const exportUnits = defineStoreCommand({
  name: "export",
  input: z.object({
    after: z.object({ type: z.enum(["conversation", "notes"]), id: z.string() }).nullable(),
  }),
  async run({ after }, { store, signal, write, progress }): Promise<Totals> {
    const totals: Totals = { conversations: 0, notes: 0, members: 0, entries: 0 };
    for await (const { head, text, end } of readUnits(store, after ?? undefined)) {
      signal.throwIfAborted();
      await write(text);
      if (!end) continue;
      count(totals, head, end);
      progress(totals);
    }
    return totals;
  },
});
