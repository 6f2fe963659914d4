import { randomUUIDv7 } from "node:crypto";
import { type Entry, type Message, type NewMessage, streamOf, toMessage } from "@chatnest/db";
import { appendEntry, namingId, type Unidentified } from "./appending.ts";
import type { Context } from "./context.ts";
import { requireMentioned } from "./mentioning.ts";

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
  const findStored = async () =>
    given.id === undefined ? null : namingId(message, () => store.log.findSame(message));
  // A repeat is answered by what is stored, whatever the hook would say now.
  const stored = await findStored();
  if (stored) return toSent(ctx, stored, false);
  const checkMentions = (changed: NewMessage) => requireMentioned(store, changed, changed.id);
  let asked: NewMessage;
  try {
    asked = await ask(message, caller, checkMentions);
  } catch (error) {
    // While the hook was asked, another try may have been stored.
    const storedMeanwhile = await findStored();
    if (storedMeanwhile) return toSent(ctx, storedMeanwhile, false);
    throw error;
  }
  return append(ctx, asked);
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
