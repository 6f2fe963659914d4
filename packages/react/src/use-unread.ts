import type { UnreadTotals } from "@chatnest/client";
import { useMemo, useSyncExternalStore } from "react";
import { createInboxStore } from "./inbox-store.ts";
import { useProvided } from "./provider.ts";
import { createTotalsStore } from "./totals-store.ts";

/** Whose totals to show. */
export interface UseUnreadOptions {
  /** @default the client's user */
  user_id?: string | undefined;
}

/**
 * Returns what is unread in all conversations of a user that are neither archived nor muted, for a badge; `null` until it
 * is known, and on a server. It takes the numbers from an inbox that is shown, whatever its options, and opens one if
 * there is none. The component renders only when the numbers change.
 * @example
 * ```tsx
 * const unread = useUnread();
 * return <span>{unread?.messages ?? ""}</span>;
 * ```
 */
export function useUnread({ user_id }: UseUnreadOptions = {}): UnreadTotals | null {
  const { client, lists } = useProvided();
  const store = useMemo(
    () => createTotalsStore(lists, createInboxStore(client, lists, { user_id }), user_id),
    [client, lists, user_id],
  );
  return useSyncExternalStore(store.subscribe, store.getSnapshot, () => null);
}
