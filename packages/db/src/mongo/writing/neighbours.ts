import type { ClientSession } from "mongodb";
import { type Target, withoutReply } from "../../changes/target.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import type { Thread } from "../../entities.ts";
import { reactionUsersShownMax } from "../../limits.ts";
import type { NewReaction } from "../../ports/log.ts";
import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { aspectKey } from "../entry-documents.ts";
import { readReactors } from "../messages/reactors.ts";
import type { Waiting } from "./group-state.ts";

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
  return withoutReply(
    root,
    newest ? { seq: newest.seq, timestamp: newest.timestamp.toISOString() } : undefined,
  );
}

/** A reaction that is removed, and the users who are shown with its key. */
export interface FreedPlace {
  stream: Stream;
  entry: NewReaction;
  shown: readonly string[];
}

/** How many users are read who may take the places of others in one group. */
const waitingMax = 240;

/** Reads the first users who have a reaction, but are not shown with it, in the order they reacted. */
export async function readWaiting(
  connection: Connection,
  { stream, entry: { target_seq: seq, key }, shown }: FreedPlace,
  session: ClientSession,
): Promise<Waiting> {
  const limit = reactionUsersShownMax + waitingMax;
  const reactors = await readReactors(connection, { stream, seq, key, limit }, session);
  const users = reactors.map(({ user_id }) => user_id).filter((user) => !shown.includes(user));
  return { users, isAll: reactors.length < limit };
}
