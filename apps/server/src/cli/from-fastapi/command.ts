import { openFormerService } from "@chatnest/db";
import { z } from "zod";
import { defineStoreCommand } from "../../admin/command.ts";
import { type FormerReport, importFormer, type RefusedDocument } from "./import-former.ts";

/** What the import tells meanwhile. */
export type FormerProgress =
  | { kind: "progress"; report: FormerReport; total: number }
  | { kind: "note"; text: string }
  | ({ kind: "refused" } & RefusedDocument);

/** How often the progress is told, in ms. */
const progressEveryMs = 200;

/** Imports what the former service has stored, in the process that has the store. */
export const fromFastApiCommand = defineStoreCommand({
  name: "fromfastapi",
  input: z.object({ uri: z.string() }),
  async run({ uri }, { store, signal, progress }): Promise<FormerReport> {
    const tell = (value: FormerProgress) => progress(value);
    await using former = await openFormerService(uri);
    const { conversations, messages } = await former.count();
    let toldAt = Number.NEGATIVE_INFINITY;
    return await importFormer(store, former, {
      signal,
      onRefused: (document) => tell({ kind: "refused", ...document }),
      onRetry: (text) => tell({ kind: "note", text: `${text}; trying again` }),
      onProgress(report) {
        if (performance.now() - toldAt < progressEveryMs) return;
        toldAt = performance.now();
        tell({ kind: "progress", report, total: conversations + messages });
      },
    });
  },
});
