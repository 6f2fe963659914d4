import { expect, it } from "vitest";
import { type RunningServer, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { Crowd } from "../support/crowd.ts";
import { findFreePorts } from "../support/free-port.ts";
import { upTo } from "../support/live.ts";
import { until } from "../support/until.ts";

const size = 2_000;
const windowMs = 250;

async function send({ url }: RunningServer, count: number): Promise<void> {
  const body = JSON.stringify({ user_id: "ann", content: "x", conversation_id: "tea" });
  const headers = { "content-type": "application/json" };
  for (let n = 0; n < count; n++) {
    const answer = await fetch(`${url}/messages/`, { method: "POST", headers, body });
    expect(answer.status).toBe(201);
    await answer.arrayBuffer();
  }
}

/** The greatest number of times that lie within one window, wherever it begins. */
function mostInWindow(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let first = 0;
  let most = 0;
  sorted.forEach((time, last) => {
    while (time - (sorted[first] ?? time) > windowMs) first++;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

it("2,000 who are sent away by a restart come back one by one, and miss nothing", async () => {
  await using folder = await newFolder();
  const [port = 0] = await findFreePorts(1);
  const options = { cwd: folder.path, env: { PORT: String(port) } };
  await using first = await startServer(options);
  using crowd = await Crowd.gather({ port, path: "/messages/tea/events", size });
  const all = (count: number, timeoutMs: number) =>
    until(() => crowd.members.every(({ seqs }) => seqs.length >= count), {
      timeoutMs,
      what: `all have ${count}`,
    });
  await send(first, 5);
  await all(5, 10_000);
  await first.stop("SIGTERM");
  const stoppedAt = performance.now();
  await using second = await startServer(options);
  // Said before most of them are back.
  await send(second, 20);
  await all(25, 60_000);

  for (const { seqs } of crowd.members) expect(seqs).toEqual(upTo(25));
  const returns = crowd.members.flatMap(({ arrivals }) => arrivals.slice(1));
  expect(returns.length).toBe(size);
  const lastMs = Math.max(...returns.map(({ toldAt }) => toldAt)) - stoppedAt;
  const most = mostInWindow(returns.map(({ dueAt }) => dueAt)) / size;
  process.stdout.write(
    `RETURN of ${size}: within ${lastMs.toFixed()} ms, at most ${(most * 100).toFixed(1)} % in ${windowMs} ms\n`,
  );
  expect(lastMs).toBeLessThan(60_000);
  // Spread over 4 s it is 6 %, over more tries less.
  expect(most).toBeLessThan(0.15);
}, 90_000);
