import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scrape } from "../metrics/scrape.ts";
import { type Deployment, key, startDeployment } from "./proxy.ts";

let deployment: Deployment;
beforeAll(async () => {
  deployment = await startDeployment();
}, 300_000);
afterAll(() => deployment?.[Symbol.asyncDispose]());

const message = (content: string, fields: object = {}) => ({
  body: { user_id: "ann", conversation_id: "tea", content, ...fields },
});

async function countFollowers(): Promise<number> {
  const scrapes = await Promise.all(deployment.servers.map(scrape));
  return scrapes.reduce((sum, found) => sum + found.sum("chatnest_followers"), 0);
}

describe("behind the proxy", () => {
  it("has live events sent on at once, over HTTP/2, and ended when the client goes", async () => {
    const stream = await deployment.follow("/messages/tea/events");
    expect(stream.headers).toMatchObject({ ":status": 200, "content-type": "text/event-stream" });
    expect(stream.headers["content-encoding"]).toBeUndefined();
    await expect.poll(stream.read).toContain("event: ready");
    expect((await deployment.ask("POST", "/messages/", message("hot"))).status).toBe(201);
    await expect.poll(stream.read).toContain('"content":"hot"');
    expect(await countFollowers()).toBe(1);
    deployment.leave();
    await expect.poll(countFollowers).toBe(0);
  });

  it("keeps metrics inside", async () => {
    for (const path of ["/metrics", "/metrics/", "/metrics?x"]) {
      expect(await deployment.ask("GET", path)).toMatchObject({ status: 404, body: "" });
    }
    expect((await fetch(`${deployment.servers[0]?.url}/metrics`)).status).toBe(200);
  });

  it("counts wrong credentials of a client together, whatever it says of its address", async () => {
    const statuses: (number | undefined)[] = [];
    // Each server lets 30 pass, and the proxy chooses among them as it likes.
    for (let index = 0; index < 90; index++) {
      const headers = {
        authorization: `Bearer ${key.toUpperCase()}`,
        "x-forwarded-for": `198.51.100.${index}`,
      };
      statuses.push((await deployment.ask("GET", "/messages/tea", { headers })).status);
    }
    expect(statuses.slice(0, 30)).toEqual(Array(30).fill(401));
    expect(statuses).toContain(429);
  });

  // The last, since it stops a server.
  it("has every request answered while a server stops", async () => {
    const [first] = deployment.servers;
    const statuses: (number | undefined)[] = [];
    let isStopped = false;
    async function sendOn(sender: number): Promise<void> {
      for (let sent = 0; !isStopped || sent < 50; sent++) {
        const id = `sender-${sender}-${sent}`;
        const { status } = await deployment.ask("POST", "/messages/", message("more", { id }));
        statuses.push(status);
        await delay(1);
      }
    }
    const senders = [1, 2, 3, 4].map(sendOn);
    await expect.poll(() => statuses.length).toBeGreaterThan(20);
    const { code } = (await first?.stop()) ?? {};
    isStopped = true;
    await Promise.all(senders);
    expect(code).toBe(0);
    expect(new Set(statuses)).toEqual(new Set([201]));
    expect((await deployment.ask("GET", "/readyz")).status).toBe(200);
  });
});
