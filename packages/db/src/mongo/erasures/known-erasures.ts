import type { Events } from "../../commit/events.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import type { Entry } from "../../entities.ts";
import { reactionsWithoutUser } from "../../erasure/pseudonym.ts";
import type { Erasure } from "../../ports/erasures.ts";
import type { Connection } from "../connection/connection.ts";
import { toErasure } from "./tasks.ts";

/** The erasures that are under way, as far as this process has heard. */
export interface KnownErasures {
  /** Returns what is to be stored of an entry, with pseudonyms in what it takes over from the one before. */
  applyTo(entry: Entry): Entry;
}

/**
 * Watches which erasures are under way. Each reaction takes over who reacted before, so an id could be copied on for as long as
 * others react to a message, always ahead of the erasure that replaces it.
 */
export function watchErasures(
  { erasures }: Pick<Connection, "erasures">,
  events: Pick<Events, "watch">,
): KnownErasures {
  let known: readonly Erasure[] = [];
  let asked = 0;

  events.watch(({ kind }) => {
    // If this fails, the erasure tells again after its next round.
    if (kind === "erased" || kind === "missed") void read().catch(() => {});
  });

  async function read(): Promise<void> {
    asked++;
    const question = asked;
    const options = { hint: { _id: 1 }, maxTimeMS: readTimeoutMs };
    const documents = await erasures.find({}, options).toArray();
    if (question === asked) known = documents.map(toErasure);
  }

  return {
    applyTo(entry) {
      if (known.length === 0 || entry.kind !== "reaction") return entry;
      const reactions = known.reduce(reactionsWithoutUser, entry.reactions);
      return { ...entry, reactions: [...reactions] };
    },
  };
}
