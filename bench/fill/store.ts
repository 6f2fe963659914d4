import type { ChatStore } from "@chatnest/db";
import { append } from "@chatnest/tests/support/append.ts";
import { conversationsOfFill, type FilledConversation, messageOfFill } from "./chat.ts";

/** Fills a store with the conversations of most rows. */
export async function fillStore(store: ChatStore): Promise<void> {
  await fillConversations(store, conversationsOfFill());
}

/** Fills conversations, some at a time: a store refuses sends of which too many wait. */
export async function fillConversations(
  store: ChatStore,
  all: readonly FilledConversation[],
  atOnce = 8,
): Promise<void> {
  const conversations = all.values();
  const fillers = Array.from({ length: atOnce }, async () => {
    for (const conversation of conversations) await fillConversation(store, conversation);
  });
  await Promise.all(fillers);
}

/** Creates a conversation and stores its messages, so many at a time that they are committed together. */
async function fillConversation(
  store: ChatStore,
  { id, user_ids, length }: FilledConversation,
): Promise<void> {
  await store.conversations.create({ id, user_ids });
  for (let start = 1; start <= length; start += 512) {
    const size = Math.min(512, length - start + 1);
    const sends = Array.from({ length: size }, (_, n) =>
      append(store, messageOfFill(id, start + n)),
    );
    await Promise.all(sends);
  }
}
