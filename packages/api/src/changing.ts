import {
  conversationStream,
  type Message,
  type NewDeletion,
  type NewEdit,
  type NewReaction,
  type ReactionEntry,
  StoreError,
} from "@chatnest/db";
import { appendEntry, type Unidentified } from "./appending.ts";
import type { Context } from "./context.ts";
import { ChatError, noMessage } from "./errors.ts";

/** A change of a message in a conversation; its kind is said by the function that makes it. */
type Change<TEntry extends NewEdit | NewDeletion | NewReaction> = Omit<
  Unidentified<TEntry>,
  "kind" | "conversation_id"
> & { conversation_id: string };

/**
 * Edits a message and returns its current state.
 * @throws ChatError `forbidden` for a user who is not the author, `unavailable` with the id, so that the edit can be repeated.
 * @throws StoreError `conflict`, `changed`, `not_found`, `not_member`, `invalid`.
 */
export async function editMessage(
  ctx: Context,
  edit: Change<NewEdit>,
): Promise<{ message: Message; created: boolean }> {
  await requireAuthor(ctx, edit);
  return appendEntry(ctx, { ...edit, kind: "edit" }, async ({ created }) => {
    const message = await readTarget(ctx, edit);
    if (!message) throw new StoreError("unavailable", "the store is behind its own head");
    return { message, created };
  });
}

/**
 * Deletes a message and erases its text.
 * @throws ChatError `forbidden` for a user who is not the author, `unavailable` with the id, so that it can be repeated.
 * @throws StoreError `conflict`, `not_found`, `not_member`, `invalid`.
 */
export async function deleteMessage(
  ctx: Context,
  deletion: Change<NewDeletion>,
): Promise<{ created: boolean }> {
  await requireAuthor(ctx, deletion);
  return appendEntry(ctx, { ...deletion, kind: "deletion" }, ({ created }) => ({ created }));
}

/**
 * Adds a reaction or removes it. Where it is there already, the entry is the one that added it; `null` when there was none to remove.
 * @throws ChatError `unavailable`, with the id, so that it can be repeated.
 * @throws StoreError `conflict`, `not_found`, `not_member`, `invalid`.
 */
export function changeReaction(
  ctx: Context,
  reaction: Change<NewReaction>,
): Promise<{ entry: ReactionEntry | null; created: boolean }> {
  return appendEntry(ctx, { ...reaction, kind: "reaction" }, ({ entry, created }) => {
    if (entry === null || entry.kind === "reaction") return { entry, created };
    throw new Error("a reaction was stored as something else");
  });
}

type Target = Pick<Change<NewDeletion>, "conversation_id" | "target_seq">;

// The author of a message never changes, so this may be checked before the change is decided on.
async function requireAuthor(ctx: Context, target: Target): Promise<void> {
  const { caller } = ctx;
  if (caller.kind !== "user") return;
  const message = await readTarget(ctx, target);
  if (!message) throw noMessage();
  if (message.user_id !== caller.user_id) {
    throw new ChatError("forbidden", "a user's token can only change that user's messages");
  }
}

function readTarget({ store }: Context, { conversation_id, target_seq }: Target) {
  return store.messages.get(conversationStream(conversation_id), target_seq);
}
