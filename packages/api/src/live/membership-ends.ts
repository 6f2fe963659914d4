import type { ChatStore, Member } from "@chatnest/db";
import type { Hub } from "./hub.ts";

/** Who wants to hear that a member has left. */
interface Followed {
  member: Member;
  listeners: Set<() => void>;
}

/** Ends what members follow when they are members no more. */
export interface MembershipEnds {
  /** Calls once when the member has left, within 5 s; returns a function that stops it. */
  onEnd(member: Member, call: () => void): () => void;
}

/** So many memberships are asked for by one call. */
const askedMax = 1_000;

/**
 * Makes what watches the memberships behind the streams of a process. An event only leads to a question: whoever is still a
 * member by the store's answer is not ended, so events may be late, doubled or lost.
 */
export function createMembershipEnds(store: ChatStore, hub: Hub): MembershipEnds {
  const followed = new Map<string, Followed>();
  /** Asked about together, after this turn. */
  const begun = new Set<string>();

  hub.onEvent((event) => {
    // Asked again by the next check if this fails.
    if (event.kind === "missed") void ask([...followed.keys()]).catch(() => {});
    else if (event.kind === "left") void ask([keyOf(event)]).catch(() => {});
  });
  hub.onCheck(() => ask([...followed.keys()]));

  // Whoever was let in may be a member no more: that is known for up to 5 s, which the next check would add to its own.
  function askSoon(key: string): void {
    if (begun.size === 0) {
      setImmediate(() => {
        const keys = [...begun];
        begun.clear();
        void ask(keys).catch(() => {});
      });
    }
    begun.add(key);
  }

  async function ask(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += askedMax) {
      const asked = keys.slice(start, start + askedMax).flatMap((key) => {
        const known = followed.get(key);
        return known ? [{ key, member: known.member, listeners: [...known.listeners] }] : [];
      });
      if (asked.length === 0) continue;
      const members = asked.map(({ member }) => member);
      const found = new Set((await store.members.among({ members })).map(keyOf));
      for (const { key, listeners } of asked) if (!found.has(key)) end(key, listeners);
    }
  }

  /** Ends what was followed when the store was asked: who began since then may have come back meanwhile. */
  function end(key: string, asked: readonly (() => void)[]): void {
    const listeners = followed.get(key)?.listeners;
    for (const call of asked) if (listeners?.delete(call)) call();
    if (listeners?.size === 0) followed.delete(key);
  }

  return {
    onEnd(member, call) {
      const key = keyOf(member);
      const { listeners } = followed.get(key) ?? { listeners: new Set() };
      followed.set(key, { member, listeners: listeners.add(call) });
      askSoon(key);
      return () => {
        listeners.delete(call);
        if (listeners.size === 0 && followed.get(key)?.listeners === listeners)
          followed.delete(key);
      };
    },
  };
}

// No control character is in an id.
function keyOf({ user_id, conversation_id }: Member): string {
  return `${user_id}\n${conversation_id}`;
}
