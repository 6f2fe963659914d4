import type { Appended, ChatStore, NewMessage } from "@chatnest/db";

/** Stores a message in a store that a test or a measurement opened. */
export function append(
  store: Pick<ChatStore, "log">,
  message: Omit<NewMessage, "kind">,
): Promise<Appended> {
  return store.log.append({ kind: "message", ...message });
}
