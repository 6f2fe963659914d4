import type { ChatStore, MessageEntry, NewMessage } from "@chatnest/db";

/** Stores a message in a store that a test or a measurement opened. */
export async function append(
  store: Pick<ChatStore, "log">,
  message: Omit<NewMessage, "kind">,
): Promise<{ entry: MessageEntry; created: boolean }> {
  const { entry, created } = await store.log.append({ kind: "message", ...message });
  if (entry?.kind !== "message") throw new Error("a send stores a message");
  return { entry, created };
}
