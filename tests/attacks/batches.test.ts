import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerBytesMax, Cost, cpuMsMax } from "./cost.ts";
import { startTarget, type Target } from "./target.ts";
import { tell } from "./tell.ts";

let target: Target;
let cost: Cost;
beforeAll(async () => {
  target = await startTarget();
  cost = new Cost(target);
  for (const method of ["GET", "POST"]) {
    await cost.warmUp("/trpc/messages.send,messages.page?batch=1", { method });
  }
});
afterAll(() => target[Symbol.asyncDispose]());

const headers = { "content-type": "application/json" };
const room = "flooded";

/** How often each name fits into a URL. */
const floods: [string, number[]][] = [
  ["messages.send", [11, 12, 50, 100, 500, 1_000]],
  ["messages.page", [11, 100, 1_000]],
  ["live.user", [11, 100, 1_000]],
  ["__proto__", [11, 1_000]],
  ["a", [11, 1_000, 7_900]],
  // A call without a name is one, too.
  ["", [11, 1_000, 14_000]],
];
const cases = floods.flatMap(([name, counts]) =>
  counts.flatMap((count) =>
    [",", "%2C", "%2c"]
      .filter((comma) => count * (name.length + comma.length) < 15_900)
      .map((comma) => ({ name, count, comma })),
  ),
);

function toInputs(count: number): string {
  const said = { user_id: "ann", content: "x", conversation_id: room };
  // As many as fit into a body.
  const fields = Array.from({ length: Math.min(count, 1_500) }, (_, n) => [n, said]);
  return JSON.stringify(Object.fromEntries(fields));
}

describe("a batch", () => {
  it.each(cases)("of $count calls of $name, parted by $comma, is refused", async (flood) => {
    const { name, count, comma } = flood;
    const names = Array.from({ length: count }, () => name).join(comma);
    for (const query of ["?batch=1", "?batch=1&batch=1", ""]) {
      for (const init of [{}, { method: "POST", body: toInputs(count), headers }]) {
        const { status, bytes, cpuMs } = await cost.measure(`/trpc/${names}${query}`, init);
        expect([400, 404, 405, 422]).toContain(status);
        expect(bytes).toBeLessThanOrEqual(answerBytesMax);
        expect(cpuMs).toBeLessThanOrEqual(cpuMsMax);
      }
    }
    expect(await readHistory()).toEqual([]);
  });

  it("of ten calls is answered call by call", async () => {
    const names = Array.from({ length: 10 }, () => "messages.send").join(",");
    const init = { method: "POST", body: toInputs(10), headers };
    const response = await fetch(`${target.url}/trpc/${names}?batch=1`, init);
    expect([response.status, await response.json()]).toEqual([
      200,
      Array(10).fill(expect.anything()),
    ]);
    expect(await readHistory()).toHaveLength(10);
    tell("batch floods", ...cost.figures());
  });
});

async function readHistory(): Promise<unknown> {
  return (await fetch(`${target.url}/messages/${room}`)).json();
}
