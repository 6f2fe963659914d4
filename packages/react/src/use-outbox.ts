import type { OutboxSnapshot } from "@chatnest/client/outbox";
import { useSyncExternalStore } from "react";
import { useProvided } from "./provider.ts";

const nothing: OutboxSnapshot = { items: [], storage: "memory" };
const never = () => () => undefined;

/**
 * Shows what the outbox of the nearest provider keeps: the messages of all conversations that are not stored yet, or were
 * in the last minute, and whether they outlive the page. It is empty on a server, and when the provider has no outbox.
 */
export function useOutbox(): OutboxSnapshot {
  const { outbox } = useProvided();
  return useSyncExternalStore(
    outbox?.subscribe ?? never,
    outbox?.getSnapshot ?? (() => nothing),
    () => nothing,
  );
}
