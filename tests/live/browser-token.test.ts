import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sayUntil, shortTokensOf, startGuarded } from "../sdk/guarded-chat.ts";
import { startHttp } from "../sdk/http.ts";
import { packOutside } from "../sdk/pack.ts";
import { startChromium } from "../support/chromium.ts";
import { upTo } from "../support/live.ts";
import { until } from "../support/until.ts";

// A page as anybody would write it, with a login of its own.
const script = (url: string) => `
  import { createChatClient } from "/client.js";
  window.seen = [];
  window.states = [];
  const token = async () => (await fetch("/token")).text();
  const chat = createChatClient({ url: ${JSON.stringify(url)}, token });
  window.send = (content) => chat.messages.send({ conversation_id: "tea", content });
  window.subscription = chat.user().subscribe({
    onMessage: ({ seq, user_id }) => window.seen.push(seq + " " + user_id),
    onState: ({ status }) => window.states.push(status),
  });`;

it("a page follows its user for longer than its tokens live, and shows every message once", async () => {
  await using stack = new AsyncDisposableStack();
  const project = stack.use(await packOutside());
  const client = await readFile(join(project.client, "dist/index.js"), "utf8");
  const token = shortTokensOf("ann");
  const corsOrigins: string[] = [];
  const server = stack.use(await startGuarded({ corsOrigins }));
  const site = stack.use(
    await startHttp(({ url }, response) => {
      if (url === "/token") return void response.end(token());
      const isScript = url === "/client.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html; charset=utf-8");
      const html = `<!doctype html><title>Chat</title><script type="module">${script(server.url)}</script>`;
      response.end(isScript ? client : html);
    }),
  );
  corsOrigins.push(site.url);
  const browser = stack.adopt(await startChromium(), (one) => one.close());
  const page = await browser.newPage();
  await page.goto(site.url);
  const read = <TValue>(expression: string) => page.evaluate<TValue>(expression);
  const has = (expression: string) =>
    until(() => read<boolean>(expression), { timeoutMs: 15_000, what: expression });

  await has('window.states?.at(-1) === "live"');
  const count = await sayUntil(server, () => token.asked > 3);
  await page.evaluate('window.send("from the page")');
  await has(`window.seen.length > ${count}`);
  const seen = await read<string[]>("window.seen");
  expect(seen.map((text) => Number(text.split(" ")[0]))).toEqual(upTo(count + 1));
  expect(await read<string[]>("window.states")).not.toContain("closed");
}, 60_000);
