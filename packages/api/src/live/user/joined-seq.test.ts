import { openSqliteStore } from "@chatnest/db";
import fc from "fast-check";
import { expect, it } from "vitest";
import { append } from "../../../tests/append.ts";
import { findJoinedSeq } from "./joined-seq.ts";

const conversation_id = "room";
const head = (last_seq: number) => {
  return { conversation_id, last_seq, is_active: true, quiet_seq: 0 };
};

it("finds the seq before the first message that is at least as new as the joining", async () => {
  const steps = fc.array(fc.nat({ max: 2 }), { maxLength: 40 });
  const check = async (pauses: number[], joined: number, late: number) => {
    const store = openSqliteStore(":memory:");
    let time = 0;
    const times = pauses.map((pause) => {
      time += pause;
      return time;
    });
    for (const [n, ms] of times.entries()) {
      const timestamp = new Date(ms).toISOString();
      const id = `message-${n}`;
      await append(store, { id, user_id: "ann", content: "x", conversation_id, timestamp });
    }
    // The last ones were stored after the head was read.
    const last_seq = Math.max(0, times.length - late);
    const older = times.slice(0, last_seq).filter((ms) => ms < joined).length;
    expect(await findJoinedSeq(store, head(last_seq), new Date(joined))).toBe(older);
    await store.close();
  };
  await fc.assert(fc.asyncProperty(steps, fc.nat({ max: 90 }), fc.nat({ max: 3 }), check), {
    numRuns: 300,
  });
});
