import { setTimeout as pause } from "node:timers/promises";
import type { Events } from "../../commit/events.ts";
import { GroupRead } from "../../commit/group-read.ts";
import { triesEndAfterMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import type { Member } from "../../ports/members.ts";
import type { Connection } from "../connection/connection.ts";
import { isUnavailable } from "../connection/errors.ts";
import { type Changed, type ChangeItem, changeRows, type Outcome } from "./change-rows.ts";
import type { RowChange } from "./row-changes.ts";

/** Changes what a membership says of reading and of its settings. */
export type ChangeRow = (member: Member, change: RowChange) => Promise<Changed>;

/** How many changes a group has at most, and how many groups are under way at once. */
const groupSizeMax = 240;
const groupsInFlightMax = 4;
const pauseMinMs = 2;
const pauseMaxMs = 100;

/**
 * Opens the changing of memberships by their users. Changes at the same time share commands, as sends do. A group makes one attempt:
 * what misses because others changed the same rows is tried again by a later group, so that it holds nobody up.
 */
export function openRowChanges(connection: Connection, events: Pick<Events, "emit">): ChangeRow {
  const group = new GroupRead<ChangeItem, Outcome>({
    read: write,
    keysMax: groupSizeMax,
    inFlightMax: groupsInFlightMax,
  });

  async function write(items: readonly ChangeItem[]): Promise<ReadonlyMap<ChangeItem, Outcome>> {
    const outcomes = new Map<ChangeItem, Outcome>();
    try {
      await changeRows(connection, items, outcomes);
    } catch (error) {
      // What was written is not known: the next attempt finds out which rows have the versions of this one.
      if (!isUnavailable(error)) throw error;
    }
    return outcomes;
  }

  return async ({ user_id, conversation_id }, change) => {
    const item: ChangeItem = { user_id, conversation_id, change, tried: new Map() };
    const end = Date.now() + triesEndAfterMs;
    for (let pauseMs = pauseMinMs; ; pauseMs = Math.min(2 * pauseMs, pauseMaxMs)) {
      const outcome = (await group.get([item])).get(item);
      if (outcome && "error" in outcome) throw outcome.error;
      if (outcome) {
        if (outcome.isWritten) events.emit({ kind: "read", conversation_id, user_id });
        return outcome.changed;
      }
      if (Date.now() > end) {
        throw new StoreError("unavailable", "a membership could not be changed in time");
      }
      await pause(pauseMs);
    }
  };
}
