import type { Conversation } from "@chatnest/client";

// Ids made by a server or a program say nothing to people.
const meaningless = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}$/i;

/** Returns what to call a conversation: its title, else an id that says something, else its other members. */
export function nameOf(
  {
    id,
    title,
    user_ids,
    member_count,
  }: Pick<Conversation, "id" | "user_ids" | "member_count"> & {
    title?: string;
  },
  userId: string,
): string {
  if (title !== undefined) return title;
  if (!meaningless.test(id)) return id;
  const others = user_ids.filter((other) => other !== userId);
  const shown = others.slice(0, 3);
  const more = member_count - (user_ids.includes(userId) ? 1 : 0) - shown.length;
  if (shown.length === 0) return "Just you";
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

/** Whether a conversation is muted now. */
export function isMuted(
  { muted_until }: { muted_until: string | null },
  now = Date.now(),
): boolean {
  return muted_until !== null && Date.parse(muted_until) > now;
}
