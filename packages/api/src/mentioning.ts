import { type ChatStore, type NewMessage, streamOf } from "@chatnest/db";
import { refuseInput } from "./errors.ts";

/**
 * Checks that those whom a message mentions by name are members of its conversation, or its author. A conversation that does not
 * exist yet, and a log of notes, has no other members.
 * @throws ChatError `validation_failed`, naming each who is not.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function requireMentioned(
  { members, log }: ChatStore,
  message: Omit<NewMessage, "id">,
  id: string,
): Promise<void> {
  const { conversation_id, user_id: author, mentions } = message;
  if (!Array.isArray(mentions)) return;
  const others = mentions.filter((user_id) => user_id !== author);
  if (others.length === 0) return;
  const pairs = others.map((user_id) => ({ conversation_id: conversation_id ?? "", user_id }));
  const found = conversation_id === null ? [] : await members.among({ members: pairs });
  const known = new Set([author, ...found.map(({ user_id }) => user_id)]);
  const text = "is not a member of the conversation";
  const issues = mentions.flatMap((user_id, n) =>
    known.has(user_id) ? [] : [{ path: `mentions.${n}`, code: "invalid_value", message: text }],
  );
  if (issues.length === 0) return;
  // A repeat is answered by what is stored, though somebody has left since.
  if (await log.find(streamOf(message), id)) return;
  throw refuseInput(issues);
}
