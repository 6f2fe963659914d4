import { expect, it } from "vitest";
import { eraseUser } from "../../src/erasure/erase-user.ts";
import type { ErasureMode } from "../../src/ports/erasures.ts";
import type { ChatStore } from "../../src/store.ts";
import { erase, expectGone } from "../erased.ts";
import { unique } from "../make.ts";
import type { OpenStore } from "../opened-store.ts";
import { Room } from "../room.ts";

/** An erasure that ends between any two of its steps, and is made again. */
export function erasureCrashesContract(open: OpenStore): void {
  it.each(["delete", "anonymize"] as const)(
    "end as if they were not (%s)",
    async (mode) => {
      // A store of its own: each step may read all entries.
      await using opened = await open();
      const store = () => opened.store;
      for (let steps = 1; ; steps++) {
        const [ann, bob] = [unique("ann"), unique("bob")];
        const room = new Room(store, { user_id: ann });
        const notes = new Room(store, { user_id: ann, conversation_id: null });
        await room.say({ content: "one" });
        await room.say({ user_id: bob, mentions: [ann] });
        await room.react(2, "+1");
        await room.edit(1, { content: "one again" });
        await notes.say();
        const isOver = await tryErasing(store(), { user_id: ann, mode }, steps);
        // One that comes back meanwhile is found, too.
        await erase(store(), ann, mode);
        await expectGone(store(), { id: room.id, user: ann, others: [bob] });
        expect(await notes.entries()).toEqual([]);
        const names = new Set((await room.entries()).map(({ user_id }) => user_id));
        // One pseudonym for all, though it took two runs.
        if (!isOver) expect(names.size).toBe(2);
        if (isOver) return;
      }
    },
    600_000,
  );
}

class Crash extends Error {}

/** Erases with a store that fails after some steps; tells whether it came to its end. */
async function tryErasing(
  store: ChatStore,
  erasure: { user_id: string; mode: ErasureMode },
  steps: number,
): Promise<boolean> {
  let left = steps;
  // The call is made, but nobody learns of it: the worst point to crash.
  const counted = <TPort extends object>(port: TPort): TPort =>
    new Proxy(port, {
      get(target, name) {
        const call: unknown = Reflect.get(target, name);
        if (typeof call !== "function") return call;
        return async (...input: unknown[]) => {
          if (left === 0) throw new Crash();
          const answer: unknown = await call.apply(target, input);
          left--;
          if (left === 0) throw new Crash();
          return answer;
        };
      },
    });
  const crashing = { ...store, erasures: counted(store.erasures), log: counted(store.log) };
  try {
    await eraseUser(crashing, erasure, { settleMs: 0 });
    return true;
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    return false;
  }
}
