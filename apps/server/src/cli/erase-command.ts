import { type ErasureReport, eraseUser } from "@chatnest/db";
import { z } from "zod";
import { defineStoreCommand } from "../admin/command.ts";

const EraseInput = z.object({ user_id: z.string(), mode: z.enum(["delete", "anonymize"]) });

/** What an erasure has done. The pseudonym is left out: whoever knows it knows whose messages those were. */
export type Erased = Omit<ErasureReport, "pseudonym">;

/** Erases a user, in the process that has the store. Its progress is an `ErasureProgress`. */
export const eraseCommand = defineStoreCommand({
  name: "erase",
  input: EraseInput,
  async run(input, { store, signal, progress }): Promise<Erased> {
    const { pseudonym: _, ...erased } = await eraseUser(store, input, {
      signal,
      onProgress: progress,
    });
    return erased;
  },
});
