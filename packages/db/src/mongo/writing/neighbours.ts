import type { ClientSession } from "mongodb";
import type { Target } from "../../changes/target.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import type { Thread } from "../../entities.ts";
import { reactionUsersShownMax } from "../../limits.ts";
import type { NewReaction } from "../../ports/log.ts";
import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { aspectKey } from "../entry-documents.ts";
import { readReactors } from "../messages/reactors.ts";

/** A reply, and the root of its thread. */
export interface Reply {
  stream: Stream;
  reply: Target;
  root: Target | undefined;
}

/** Reads the thread of a reply without the reply. */
export async function threadWithout(
  { messages }: Connection,
  { stream, reply, root }: Reply,
  session: ClientSession,
): Promise<Thread | undefined> {
  if (!root?.thread) return undefined;
  const thread = aspectKey(stream, root.seq, "thread");
  const newest = await messages.findOne(
    { thread, content: { $exists: true }, seq: { $ne: reply.seq } },
    { sort: { seq: -1 }, session, maxTimeMS: readTimeoutMs },
  );
  return {
    count: root.thread.count - 1,
    last_seq: newest?.seq ?? 0,
    last_at: newest ? newest.timestamp.toISOString() : root.timestamp,
  };
}

/** A reaction that is removed, and the users who are shown with its key. */
export interface FreedPlace {
  stream: Stream;
  entry: NewReaction;
  shown: readonly string[];
}

/** Reads the user who reacted first among those who are not shown. */
export async function nextReactor(
  connection: Connection,
  { stream, entry: { target_seq: seq, key }, shown }: FreedPlace,
  session: ClientSession,
): Promise<string | undefined> {
  const limit = reactionUsersShownMax + 1;
  const reactors = await readReactors(connection, { stream, seq, key, limit }, session);
  return reactors.find(({ user_id }) => !shown.includes(user_id))?.user_id;
}
