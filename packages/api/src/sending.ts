import { type Message, type NewMessage, streamOf, toMessage } from "@chatnest/db";
import { appendEntry, type Unidentified } from "./appending.ts";
import type { Context } from "./context.ts";

/** A stored message, and whether this call stored it. */
export interface Sent {
  message: Message;
  created: boolean;
}

/**
 * Stores a message under the given id, else a UUIDv7. A repeat answers with its current state.
 * @throws ChatError `unavailable`, with the id, so that the message can be sent again.
 * @throws StoreError `conflict`, `not_member`, `invalid`.
 */
export function send(ctx: Context, message: Omit<Unidentified<NewMessage>, "kind">): Promise<Sent> {
  return appendEntry(ctx, { ...message, kind: "message" }, async ({ entry, created }) => {
    if (entry?.kind !== "message") throw new Error("a message was stored as something else");
    if (created) return { message: toMessage(entry), created };
    const current = await ctx.store.messages.get(streamOf(entry), entry.seq);
    return { message: current ?? toMessage(entry), created };
  });
}
