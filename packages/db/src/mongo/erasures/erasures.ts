import type { Collection } from "mongodb";
import { callTimeoutMs, readTimeoutMs } from "../../deadlines.ts";
import type { ErasureStore } from "../../ports/erasures.ts";
import type { Connection } from "../connection/connection.ts";
import { leftoversInPart } from "./leftovers.ts";
import { eraseMemberships, type MembershipParts } from "./memberships.ts";
import { eraseNotes } from "./notes.ts";
import { replaceInPart } from "./replacing.ts";
import { beginErasure, endErasure } from "./tasks.ts";

/** How long a command may go on after its call has ended, in ms. */
const commandMs = 2_000;

/** Opens the port of the erasures. */
export function openErasures(connection: Connection, parts: MembershipParts): ErasureStore {
  const { meta } = connection;
  const { events } = parts;
  /** How often processes have told, as far as this one knows. */
  let known: number | undefined;

  async function tell(): Promise<void> {
    // Read as `number`: documents of other kinds have texts.
    const counted = meta as unknown as Collection<{ _id: "erasures"; value: number }>;
    await counted.updateOne({ _id: "erasures" }, { $inc: { value: 1 } }, { upsert: true });
    events.emit({ kind: "erased" });
  }

  return {
    settleMs: callTimeoutMs + commandMs,
    begin: (userId, mode) => beginErasure(connection, userId, mode),
    memberships: (erasure) => eraseMemberships(connection, erasure, parts),
    notes: (erasure) => eraseNotes(connection, erasure),
    replace: (erasure, from) => replaceInPart(connection, erasure, from),
    leftovers: (erasure, from) => leftoversInPart(connection, erasure, from),
    tell,
    async finish(erasure) {
      await endErasure(connection, erasure);
      await tell();
    },
    async check() {
      const document = await meta.findOne({ _id: "erasures" }, { maxTimeMS: readTimeoutMs });
      const told = Number(document?.value ?? 0);
      if (told === known) return;
      // The first time, too: something may have been read before that.
      events.emit({ kind: "erased" });
      known = told;
    },
  };
}
