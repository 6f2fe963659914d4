import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startChromium } from "../support/chromium.ts";
import { preparePageServer, send } from "./page-server.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const article = (page: Page, text: string) => page.getByRole("article").filter({ hasText: text });

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole("textbox", { name: /^Message/ }).fill(text);
  await page.keyboard.press("Enter");
  await article(page, text).waitFor();
  await expect.poll(() => page.getByText("Sending").count()).toBe(0);
}

it("however many windows of a browser are open, each sends and edits, and a closed one makes room", async () => {
  await using server = await preparePageServer();
  await server.start();
  const users = ["ada", "bob", "carol", "dan"];
  await send(server, "/conversations/", { body: { id: "tea", user_ids: users } });
  const body = { conversation_id: "tea", user_id: "ada", content: "Hello" };
  await send(server, "/messages/", { body });
  await using context = await browser.newContext();
  const pages: Page[] = [];
  for (const user of users) {
    const page = await context.newPage();
    pages.push(page);
    await page.goto(`${server.url}/?as=${user}&c=tea`);
    await page.getByRole("textbox", { name: "Message tea" }).waitFor();
  }
  for (const [n, page] of pages.entries()) await say(page, `I am ${users[n]}`);
  const [first, , , last] = pages;
  if (!first || !last) throw new Error("no windows");
  await last.getByRole("textbox", { name: "Message tea" }).press("ArrowUp");
  await last.getByText("Editing your message").waitFor();
  await last.getByRole("textbox", { name: "Message tea" }).fill("I was dan");
  await last.keyboard.press("Enter");
  await first.getByText("I was dan (edited)").waitFor();
  await first.close();
  await pages[1]?.close();
  for (const page of pages.slice(2)) await article(page, "Hello").waitFor();
});

it("one goes quickly through many conversations, and the last one is there at once", async () => {
  await using server = await preparePageServer();
  await server.start();
  for (let n = 1; n <= 10; n += 1) {
    const id = `room ${n}`;
    await send(server, "/conversations/", { body: { id, user_ids: ["ada", "bob"] } });
    const body = { conversation_id: id, user_id: "bob", content: `Hello from ${id}` };
    await send(server, "/messages/", { body });
  }
  const page = await browser.newPage();
  await page.goto(`${server.url}/?as=ada&c=room+10`);
  for (let n = 10; n > 0; n -= 1) {
    // A page without a free connection would wait until one that it no longer uses is closed.
    await article(page, `Hello from room ${n}`).waitFor({ timeout: 4_000 });
    await page.keyboard.press("Alt+ArrowDown");
  }
  await say(page, "There");
});
