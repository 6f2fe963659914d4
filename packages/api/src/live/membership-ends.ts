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

  async function ask(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += askedMax) {
      const asked = keys.slice(start, start + askedMax).filter((key) => followed.has(key));
      const members = asked.flatMap((key) => followed.get(key)?.member ?? []);
      if (members.length === 0) continue;
      const found = new Set((await store.members.among({ members })).map(keyOf));
      for (const key of asked) if (!found.has(key)) end(key);
    }
  }

  function end(key: string): void {
    const listeners = followed.get(key)?.listeners ?? [];
    followed.delete(key);
    for (const call of listeners) call();
  }

  return {
    onEnd(member, call) {
      const key = keyOf(member);
      const { listeners } = followed.get(key) ?? { listeners: new Set() };
      followed.set(key, { member, listeners: listeners.add(call) });
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
