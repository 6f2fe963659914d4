import type { Held, HeldMessages } from "./held-messages.ts";
import { type Change, type ListedMessage, toListed, toSent } from "./own-changes.ts";
import type { OwnStore } from "./own-store.ts";

/** What the rows of a list are made of. */
export interface RowsOptions {
  held: HeldMessages;
  own: OwnStore;
  conversation_id: string;
  showsDeleted: boolean;
  /** Returns who makes the own changes; empty while that is not known. */
  userId(): string;
}

interface Row {
  base: object;
  changes: readonly Change[];
  user_id: string;
  listed: ListedMessage;
}

const none: readonly Change[] = [];

/** Returns the function that makes the rows of a list: an unchanged message stays the same object. */
export function createRows(options: RowsOptions): () => readonly ListedMessage[] {
  const { held, own, conversation_id, showsDeleted } = options;
  const known = new WeakMap<object, Row>();

  function toRow(
    key: object,
    base: object,
    { changes, make }: { changes: readonly Change[]; make(user_id: string): ListedMessage },
  ): ListedMessage {
    const user_id = options.userId();
    const before = known.get(key);
    const isSame =
      before?.base === base &&
      before.user_id === user_id &&
      before.changes.length === changes.length &&
      before.changes.every((change, n) => change === changes[n]);
    if (isSame) return before.listed;
    const listed = make(user_id);
    known.set(key, { base, changes, user_id, listed });
    return listed;
  }

  return () => {
    const groups = own.byMessage();
    const rows: ListedMessage[] = [];
    const add = (row: ListedMessage) => {
      // A text that is erased, but whose deletion has not come yet, is not shown either.
      if (row.content !== "" || (showsDeleted && row.deleted_at !== undefined)) rows.push(row);
    };
    for (const item of held.all) {
      const { message } = item;
      const changes = groups.size > 0 ? groups.get(message.id) : undefined;
      if (!changes) {
        add(toUnchanged(item));
        continue;
      }
      const make = (user_id: string) => toListed(message, changes, user_id);
      add(toRow(item, message, { changes, make }));
    }
    for (const change of own.all) {
      if (change.kind !== "send") continue;
      const changes = groups.get(change.id) ?? none;
      const make = (user_id: string) =>
        toListed(toSent(change, { conversation_id, user_id }), changes, user_id);
      add(toRow(change, change, { changes, make }));
    }
    return rows;
  };
}

// Nearly all are, and there may be 100,000 of them: nothing is looked up for these.
function toUnchanged(item: Held): ListedMessage {
  const { message } = item;
  if (item.shown?.of !== message) {
    item.shown = { of: message, row: toListed(message, none, "") };
  }
  return item.shown.row;
}
