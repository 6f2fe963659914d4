import type { DatabaseSync } from "node:sqlite";
import type { Events } from "../../commit/events.ts";
import type { ErasureStore } from "../../ports/erasures.ts";
import type { Commits } from "../commits/commits.ts";
import type { LogHeads } from "../log/heads.ts";
import type { MentionCounts } from "../reads/mentions.ts";
import type { OneAtATime } from "../transfer/one-at-a-time.ts";
import { openLeftovers } from "./leftovers.ts";
import { openOwned } from "./owned.ts";
import { openParts } from "./parts.ts";
import { openReplacing } from "./replacing.ts";
import { rewriteFile } from "./rewriting.ts";
import { openTasks } from "./tasks.ts";

/** What erasing users needs. */
export interface ErasureParts {
  mentions: Pick<MentionCounts, "replace" | "forget">;
  heads: Pick<LogHeads, "forget">;
  events: Pick<Events, "emit">;
  commits: Pick<Commits, "durably" | "alone">;
  oneAtATime: OneAtATime;
}

/** Opens the port of the erasures. */
export function openErasures(
  db: DatabaseSync,
  { mentions, heads, events, commits, oneAtATime }: ErasureParts,
): ErasureStore {
  const { durably, alone } = commits;
  const tasks = openTasks(db);
  const takePart = openParts(db);
  const owned = openOwned(db);
  const replaceIn = openReplacing(db, mentions);
  const findIn = openLeftovers(db);

  async function tell(): Promise<void> {
    events.emit({ kind: "erased" });
  }

  return {
    // No other process has the file open.
    settleMs: 0,
    begin: (userId, mode) => durably(() => tasks.begin(userId, mode)),
    async memberships(erasure) {
      const ids = await durably(() => owned.memberships(erasure));
      const { user_id, pseudonym, mode } = erasure;
      for (const conversation_id of ids) {
        if (mode === "anonymize") {
          events.emit({ kind: "joined", conversation_id, user_id: pseudonym });
        }
        events.emit({ kind: "left", conversation_id, user_id });
      }
      return ids.length;
    },
    notes: (erasure) =>
      durably(() => {
        const count = owned.notes(erasure);
        if (count > 0) heads.forget();
        return count;
      }),
    replace: (erasure, from) =>
      durably(() => {
        let replaced = 0;
        const part = takePart(from, (range) => {
          const { rowids, ...found } = replaceIn(range, erasure);
          replaced = found.replaced;
          return rowids;
        });
        return { ...part, replaced };
      }),
    leftovers: ({ pseudonym }, from) =>
      durably(() => {
        const found: ReturnType<typeof findIn> = [];
        const part = takePart(from, (range) => {
          found.push(...findIn(range, pseudonym));
          return found.map(({ rowid }) => rowid);
        });
        return { ...part, found: found.map(({ leftover }) => leftover) };
      }),
    tell,
    async finish(erasure) {
      await durably(() => {
        mentions.forget(erasure.user_id);
        tasks.end(erasure);
      });
      await oneAtATime(() => alone(() => rewriteFile(db)));
      await tell();
    },
    async check() {},
  };
}
