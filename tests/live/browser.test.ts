import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { startHttp } from "../sdk/http.ts";
import { startChromium } from "../support/chromium.ts";
import { findFreePorts } from "../support/free-port.ts";
import { say, upTo } from "../support/live.ts";
import { startServer as startHere } from "../support/server.ts";
import { until } from "../support/until.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

// Plain script of a page, as anybody would write it.
const script = (url: string) => `
  window.seen = [];
  window.opened = 0;
  const source = new EventSource(${JSON.stringify(url)});
  source.addEventListener("open", () => { window.opened++; });
  for (const kind of ["ready", "reset", "unavailable"]) {
    source.addEventListener(kind, () => window.seen.push(kind));
  }
  source.addEventListener("message", ({ data }) => window.seen.push(JSON.parse(data).seq));
  window.stateOf = () => source.readyState;`;

/** Opens a page of another origin on this machine that listens to a stream. */
async function listenTo(url: string) {
  const site = await startHttp((_, response) => {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(`<!doctype html><title>Chat</title><script>${script(url)}</script>`);
  });
  const page = await browser.newPage();
  await page.goto(site.url);
  const read = <TValue>(expression: string) => page.evaluate<TValue>(expression);
  return {
    opened: () => read<number>("window.opened"),
    state: () => read<number>("window.stateOf()"),
    seen: () => read<(string | number)[]>("window.seen"),
    async [Symbol.asyncDispose]() {
      await page.close();
      await site[Symbol.asyncDispose]();
    },
  };
}

async function send(url: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const body = JSON.stringify({ user_id: "ann", content: "hi", conversation_id: "tea" });
    const headers = { "content-type": "application/json" };
    const { status } = await fetch(`${url}/messages/`, { method: "POST", headers, body });
    expect(status).toBe(201);
  }
}

describe("an EventSource in a browser", () => {
  it.concurrent.each(["SIGTERM", "SIGKILL"] as const)(
    "misses nothing although the server restarts: %s",
    async (signal) => {
      await using folder = await newFolder();
      const [port = 0] = await findFreePorts(1);
      const env = { PORT: String(port), CHATNEST_SHUTDOWN_GRACE_S: "2" };
      await using first = await startServer({ cwd: folder.path, env });
      await using page = await listenTo(`${first.url}/messages/tea/events`);
      const numbers = async () =>
        (await page.seen()).filter((one): one is number => typeof one === "number");
      const has = (count: number) =>
        until(async () => (await numbers()).length >= count, {
          timeoutMs: 25_000,
          what: `the page has ${count}`,
        });
      await until(async () => (await page.seen())[0] === "ready", {
        timeoutMs: 5_000,
        what: "the page is ready",
      });
      await send(first.url, 10);
      await has(10);
      await first.stop(signal);
      await using second = await startServer({ cwd: folder.path, env });
      // Said before the page is back.
      await send(second.url, 10);
      await has(20);
      await send(second.url, 5);
      await has(25);
      expect(await numbers()).toEqual(upTo(25));
      const kinds = (await page.seen()).filter((one) => typeof one === "string");
      const told = signal === "SIGTERM" ? ["unavailable"] : [];
      expect(kinds).toEqual(["ready", ...told, "ready"]);
      expect([await page.opened(), await page.state()]).toEqual([2, 1]);
    },
    45_000,
  );

  it("works as the README shows it", async () => {
    const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
    const [, shown = ""] = /```js\n(.*?new EventSource.*?)```/s.exec(readme) ?? [];
    await using server = await startHere();
    await say(server.store, "tea", 2);
    await using site = await startHttp((_, response) => {
      const here = shown.replace("http://localhost:8000", server.url);
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(`<!doctype html><title>Chat</title><script>${here}</script>`);
    });
    const page = await browser.newPage();
    const lines: string[] = [];
    page.on("console", (message) => lines.push(message.text()));
    await page.goto(site.url);
    await until(() => lines.length === 2, { timeoutMs: 5_000, what: "what was said is shown" });
    await say(server.store, "tea");
    await until(() => lines.length === 3, { timeoutMs: 5_000, what: "what is said is shown" });
    expect(lines).toEqual(["1 ann: 0", "2 ann: 1", "3 ann: 0"]);
    await page.close();
  });
});
