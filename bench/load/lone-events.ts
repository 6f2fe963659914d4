import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "@chatnest/tests/support/until.ts";
import { startClient } from "../processes/client.ts";
import type { MeasuredServer } from "../processes/server.ts";
import { stampedText } from "../text.ts";

const warmUps = 5;

/** Which server is sent to, and which is followed. */
export interface LoneEvents {
  from: MeasuredServer;
  to: MeasuredServer;
  path: string;
  /** How many subscribers. */
  count: number;
  events: number;
}

let runs = 0;

/** Sends events one by one, each when all have the one before; answers with how long each took to each subscriber, in ms. */
export async function latenciesOf({
  from,
  to,
  path,
  count,
  events,
}: LoneEvents): Promise<number[]> {
  using readers = await startClient("subscribers", [to.port, count, path]);
  const latencies: number[] = [];
  const run = runs++;
  for (let n = 0; n < warmUps + events; n++) {
    await send(from, `event-no-${run}-${n}`);
    await delay(count > 1 ? 150 : 5 + Math.random() * 20);
    const arrived: number[] = [];
    const haveAll = async () =>
      arrived.push(...(await readers.ask<number[]>("latencies"))) >= count;
    await until(haveAll, { timeoutMs: 10_000, what: "all have the event" });
    // The first ones compile what the others run.
    if (n >= warmUps) latencies.push(...arrived);
  }
  if (latencies.length !== count * events) throw new Error("not every event came once");
  return latencies;
}

function send({ url }: MeasuredServer, id: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sending = request(`${url}/messages/`, {
    method: "POST",
    headers: { "content-type": "application/json" },
  });
  sending.on("response", (response) => response.resume().on("end", resolve));
  sending.on("error", reject);
  const content = stampedText();
  sending.end(JSON.stringify({ id, user_id: "ann", conversation_id: "busy", content }));
  return promise;
}
