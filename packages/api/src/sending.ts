import { randomUUIDv7 } from "node:crypto";
import { type Entry, type Message, type NewMessage, streamOf, toMessage } from "@chatnest/db";
import { appendEntry, namingId, type Unidentified } from "./appending.ts";
import type { Context } from "./context.ts";

/** A stored message, and whether this call stored it. */
export interface Sent {
  message: Message;
  created: boolean;
}

/**
 * Stores a message under the given id, else a UUIDv7. A repeat answers with its current state.
 * @throws ChatError `unavailable`, with the id, so that the message can be sent again; `forbidden` when a hook refuses it.
 * @throws StoreError `conflict`, `not_member`, `invalid`.
 */
export async function send(
  ctx: Context,
  given: Omit<Unidentified<NewMessage>, "kind">,
): Promise<Sent> {
  const { hooks, caller, store } = ctx;
  const ask = hooks?.beforeSending;
  if (!ask) return append(ctx, given);
  const message: NewMessage = { ...given, id: given.id ?? randomUUIDv7(), kind: "message" };
  // A repeat is answered by what is stored, whatever the hook would say now.
  const stored = given.id && (await namingId(message, () => store.log.findSame(message)));
  if (stored) return toSent(ctx, stored, false);
  return append(ctx, await ask(message, caller));
}

function append(ctx: Context, message: Omit<Unidentified<NewMessage>, "kind">): Promise<Sent> {
  return appendEntry(ctx, { ...message, kind: "message" }, ({ entry, created }) =>
    toSent(ctx, entry, created),
  );
}

async function toSent(ctx: Context, entry: Entry | null, created: boolean): Promise<Sent> {
  if (entry?.kind !== "message") throw new Error("a message was stored as something else");
  if (!created) {
    const current = await ctx.store.messages.get(streamOf(entry), entry.seq);
    return { message: current ?? toMessage(entry), created };
  }
  ctx.hooks?.listener?.tell(entry);
  return { message: toMessage(entry), created };
}
