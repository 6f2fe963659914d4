import { isDeepStrictEqual } from "node:util";
import type { NewChange, NewEntry, NewMessage } from "../src/ports/log.ts";
import type { Outcome } from "./log.ts";
import type { Oracle } from "./oracle.ts";

/** What should become of a request at some point of its log. */
export interface Verdict {
  outcome: Outcome;
  /** Of what is repeated or without effect: the position of the entry that says so; `null` when there is none. */
  seq?: number | null;
}

/** Whether the author has to be a member, and which request stored the entry of the same id, if any did. */
interface Circumstances {
  membersOnly: boolean;
  stored: NewEntry | undefined;
}

/** Says what should become of a request, from the log below it alone. */
export function verdictOn(
  log: Oracle,
  request: NewEntry,
  { membersOnly, stored }: Circumstances,
): Verdict {
  if (isInvalid(request)) return { outcome: "invalid" };
  if (membersOnly && request.conversation_id !== null && !log.members.has(request.user_id)) {
    return { outcome: "not_member" };
  }
  const known = log.ids.get(request.id);
  if (known && stored) {
    // Nothing is left to compare an erased text with.
    const target = stored.kind === "message" ? known.seq : stored.target_seq;
    const isErased = log.messages.get(target)?.deletion !== undefined;
    if (isSame(stored, request, isErased)) return { outcome: "repeated", seq: known.seq };
    return { outcome: "conflict" };
  }
  return request.kind === "message" ? onMessage(log, request) : onChange(log, request);
}

function onMessage(log: Oracle, { reply_to, thread_seq }: NewMessage): Verdict {
  if (reply_to !== undefined && !log.existing(reply_to)) return { outcome: "invalid" };
  if (thread_seq === undefined) return { outcome: "created" };
  const root = log.existing(thread_seq);
  const isRoot = root !== undefined && root.sent.thread_seq === undefined;
  return { outcome: isRoot ? "created" : "invalid" };
}

function onChange(log: Oracle, change: NewChange): Verdict {
  const target = log.messages.get(change.target_seq);
  if (!target) return { outcome: "not_found" };
  if (change.kind === "deletion") {
    if (target.deletion) return { outcome: "repeated", seq: target.deletion.seq };
    return { outcome: "created" };
  }
  if (target.deletion) return { outcome: "not_found" };
  if (change.kind === "edit") {
    const isChanged = (target.versions.at(-1)?.seq ?? 0) > (change.unchanged_since ?? Infinity);
    return { outcome: isChanged ? "changed" : "created" };
  }
  const own = target.reactions.get(change.key)?.get(change.user_id);
  if (change.added === (own !== undefined)) return { outcome: "repeated", seq: own?.seq ?? null };
  const isFull = !target.reactions.has(change.key) && target.reactions.size === 20;
  return { outcome: change.added && isFull ? "conflict" : "created" };
}

/** Tells whether a request breaks a limit: of those that are drawn here, these do. */
function isInvalid(request: NewEntry): boolean {
  if (request.kind === "reaction") return request.key === "";
  return request.kind !== "deletion" && request.content?.includes("\0") === true;
}

function isSame(a: NewEntry, b: NewEntry, isErased: boolean): boolean {
  const text = { content: undefined, metadata: undefined, mentions: undefined };
  const bodyOf = (entry: NewEntry) => {
    return { ...entry, unchanged_since: undefined, ...(isErased && text) };
  };
  return isDeepStrictEqual(bodyOf(a), bodyOf(b));
}
