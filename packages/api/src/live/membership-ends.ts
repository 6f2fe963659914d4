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
  const begun = new Set<string>();

  hub.onEvent((event) => {
    // Asked again by the next check if this fails.
    if (event.kind === "missed") void ask([...followed.keys()]).catch(() => {});
    else if (event.kind === "left") void ask([keyOf(event)]).catch(() => {});
  });
  hub.onCheck(() => ask([...followed.keys()]));

  async function ask(keys: readonly string[]): Promise<void> {
    for (let start = 0; start < keys.length; start += askedMax) {
      const asked = keys.slice(start, start + askedMax).filter((key) => followed.has(key));
      const members = asked.flatMap((key) => followed.get(key)?.member ?? []);
      if (members.length === 0) continue;
      const found = new Set((await store.members.among({ members })).map(keyOf));
      for (const key of asked) if (!found.has(key)) end(key);
    }
  }

  // Who was let in may have been by an answer of 5 s ago, and the next check is as far away. All that begin together are asked
  // for at once.
  function askSoon(key: string): void {
    begun.add(key);
    if (begun.size > 1) return;
    setImmediate(() => {
      const keys = [...begun];
      begun.clear();
      void ask(keys).catch(() => {});
    });
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
      askSoon(key);
      followed.set(key, { member, listeners: listeners.add(call) });
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
