import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startGuarded } from "../support/guarded-process.ts";
import { startTarget, type Target } from "./target.ts";
import { tell } from "./tell.ts";
import { write } from "./writes.ts";

const program = fileURLToPath(new URL("./slow-attacker.ts", import.meta.url));
const connections = 1_000;
const rounds = 6;
/** Below this nobody notices, and a machine that does other things is not told from an attack. */
const floorMs = 40;

let target: Target;
beforeAll(async () => {
  target = await startTarget();
  const content = "x".repeat(1_000);
  for (let n = 0; n < 20; n++) {
    const messages = Array.from({ length: 150 }, () => {
      return { id: randomUUID(), user_id: "ann", content, conversation_id: "long" };
    });
    await write(target, "/trpc/messages.import", JSON.stringify({ messages }));
  }
  await measureP99();
});
afterAll(() => target[Symbol.asyncDispose]());

/** Lets eight clients send and read, and gives how long the slowest of a hundred requests takes, in ms. */
async function measureP99(): Promise<number> {
  const times: number[] = [];
  const client = async (n: number) => {
    const said = { user_id: `user-${n}`, content: "x", conversation_id: `room-${n}` };
    for (let turn = 0; turn < 100; turn++) {
      const startedAt = performance.now();
      if (turn % 2 === 0) await write(target, "/messages/", JSON.stringify(said));
      else await (await fetch(`${target.url}/messages/room-${n}?limit=10`)).text();
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, n) => client(n)));
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
}

interface Round {
  quietMs: number;
  attackedMs: number;
}

/** Measures the same traffic without slow clients and beside them. */
async function runRound(): Promise<Round> {
  const quietMs = await measureP99();
  const attacker = startGuarded(process.execPath, [
    program,
    String(target.port),
    String(connections),
  ]);
  try {
    const { stdout } = attacker.child;
    if (!stdout) throw new Error("the attacker has no output");
    const [said] = (await once(stdout.setEncoding("utf8"), "data")) as [string];
    expect(said).toBe("open\n");
    return { quietMs, attackedMs: await measureP99() };
  } finally {
    await attacker.kill();
  }
}

it("1,000 slow clients do not slow down the others", async () => {
  const measured: Round[] = [];
  const isFine = ({ quietMs, attackedMs }: Round) => attackedMs <= Math.max(floorMs, 2 * quietMs);
  while (measured.length < rounds && !measured.some(isFine)) measured.push(await runRound());
  const told = measured.map(({ quietMs, attackedMs }) => {
    return `p99 ${quietMs.toFixed(1)} ms alone and ${attackedMs.toFixed(1)} ms beside them`;
  });
  tell("slow clients", `${connections} connections`, ...told);
  expect(measured.some(isFine), told.join("; ")).toBe(true);
  expect(target.isRunning()).toBe(true);
  expect(target.output()).not.toMatch(/"level":"(?:error|fatal)"/);
}, 120_000);
