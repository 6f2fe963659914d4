import type { ChatStore, Member } from "@chatnest/db";
import type { Hub } from "./hub.ts";

/** The listeners for the end of one membership. */
interface Followed {
  member: Member;
  listeners: Set<() => void>;
}

/** Tells when followers stop being members. */
export interface MembershipEnds {
  /** Calls once, at most 5 s after the member has left. Returns a function that cancels the call. */
  onEnd(member: Member, call: () => void): () => void;
}

/** How many memberships one call of the store reads. */
const askedMax = 1_000;

/**
 * Creates the watch over the memberships of followers. An event only makes it ask the store, whose answer decides. So events may
 * be late, doubled or lost.
 */
export function createMembershipEnds(store: ChatStore, hub: Hub): MembershipEnds {
  const followed = new Map<string, Followed>();
  /** The members that somebody started to follow in this turn. */
  const begun = new Set<string>();

  hub.onEvent((event) => {
    // If this fails, the next check asks again.
    if (event.kind === "missed") void ask([...followed.keys()]).catch(() => {});
    else if (event.kind === "left") void ask([keyOf(event)]).catch(() => {});
  });
  hub.onCheck(async () => {
    const keys = [...followed.keys()];
    await ask(keys);
    return { memberships: keys.length };
  });

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

  /** Ends what was followed when the store was asked: a member may have come back since then, and follow again. */
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

// Ids have no control characters.
function keyOf({ user_id, conversation_id }: Member): string {
  return `${user_id}\n${conversation_id}`;
}
