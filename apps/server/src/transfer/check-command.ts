import { checkStore, type Finding } from "@chatnest/db";
import { z } from "zod";
import { defineStoreCommand } from "../admin/command.ts";

/** What a check has found. */
export interface Checked {
  /** At most as many as were asked for. */
  findings: Finding[];
  /** How many there are. */
  found: number;
  conversations: number;
  notes: number;
  entries: number;
}

/** Checks the store. */
export const checkData = defineStoreCommand({
  name: "check",
  input: z.object({ findingsMax: z.int().min(1) }),
  async run({ findingsMax }, { store, signal, progress, isAlone }): Promise<Checked> {
    const findings: Finding[] = [];
    let found = 0;
    let passed = { conversations: 0, notes: 0, entries: 0 };
    const checking = checkStore(store, {
      isAlone,
      onProgress(state) {
        signal.throwIfAborted();
        passed = state;
        progress(state);
      },
    });
    for await (const finding of checking) {
      signal.throwIfAborted();
      found++;
      if (findings.length < findingsMax) findings.push(finding);
    }
    return { findings, found, ...passed };
  },
});
