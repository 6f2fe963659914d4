import { SignJWT } from "jose";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startChromium } from "../support/chromium.ts";
import { preparePageServer, send } from "./page-server.ts";

const secret = "a secret that is long enough for HS256 and for this test";

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const names = (page: Page) =>
  page
    .getByRole("navigation")
    .getByRole("listitem")
    .evaluateAll((items) =>
      items
        .toSorted((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
        .map((item) => item.querySelector("bdi")?.textContent),
    );

async function choose(page: Page, conversation: string, item: string): Promise<void> {
  await page.getByRole("listitem").filter({ hasText: conversation }).hover();
  await page.getByRole("button", { name: `Options of ${conversation}` }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

it("the inbox is in order, counts what is unread, and keeps pins, mutes and the archive", async () => {
  await using server = await preparePageServer();
  await server.start();
  for (const id of ["tea", "work", "news"]) {
    await send(server, "/conversations/", { body: { id, user_ids: ["ada", "bob"] } });
    await send(server, "/messages/", {
      body: { conversation_id: id, user_id: "bob", content: `Hello from ${id}` },
    });
  }
  const page = await browser.newPage();
  await page.goto(`${server.url}/?as=ada`);
  await expect.poll(() => names(page)).toEqual(["news", "work", "tea"]);
  await expect.poll(() => page.title()).toBe("(3) ChatNest");

  const body = { conversation_id: "tea", user_id: "bob", content: "Kettle is on" };
  await send(server, "/messages/", { body });
  await expect.poll(() => names(page)).toEqual(["tea", "news", "work"]);
  await page
    .getByRole("listitem")
    .filter({ hasText: "Kettle is on" })
    .getByText("2 unread")
    .waitFor();

  await choose(page, "work", "Pin");
  await expect.poll(() => names(page)).toEqual(["work", "tea", "news"]);
  await choose(page, "work", "Mute until I unmute it");
  await expect.poll(() => page.title()).toBe("(3) ChatNest");
  await choose(page, "news", "Archive");
  await expect.poll(() => names(page)).toEqual(["work", "tea"]);

  await page.getByRole("link", { name: /tea/ }).click();
  await page.getByText("New messages").waitFor();
  await page.getByRole("link", { name: /work/ }).click();
  const seen = { conversation_id: "work", user_id: "bob", content: "Seen as it comes" };
  await page.getByRole("heading", { name: "work" }).waitFor();
  await page.getByRole("article").filter({ hasText: "Hello from work" }).waitFor();
  await send(server, "/messages/", { body: seen });
  const article = page.getByRole("article").filter({ hasText: seen.content });
  await article.waitFor();
  const isBelowLine = article.evaluate((it) => it.previousElementSibling !== null);
  expect(await isBelowLine).toBe(false);
  await expect.poll(() => page.title()).toBe("work – ChatNest");
  await choose(page, "tea", "Mark as unread");
  await expect.poll(() => page.title()).toBe("(1) work – ChatNest");

  await page.reload();
  await expect.poll(() => names(page)).toEqual(["work", "tea"]);
  await page.getByRole("button", { name: "Menu" }).click();
  await page.getByRole("menuitem", { name: "Show the archive" }).click();
  await expect.poll(() => names(page)).toEqual(["news"]);
  await choose(page, "news", "Move to the inbox");
  await page.getByText("Nothing is archived.").waitFor();
});

it("a search finds what is not loaded yet", async () => {
  await using server = await preparePageServer();
  await server.start();
  for (let n = 1; n <= 120; n += 1) {
    await send(server, "/conversations/", { body: { id: `room ${n}`, user_ids: ["ada"] } });
  }
  const page = await browser.newPage();
  await page.goto(`${server.url}/?as=ada`);
  await expect.poll(async () => (await names(page))[0]).toBe("room 120");
  await page.getByRole("searchbox").fill("room 7");
  const found = [79, 78, 77, 76, 75, 74, 73, 72, 71, 70, 7].map((n) => `room ${n}`);
  await expect.poll(() => names(page)).toEqual(found);
  await page.getByRole("searchbox").fill("attic");
  await page.getByText("No conversation is called “attic”.").waitFor();
});

it("members are added and leave", async () => {
  await using server = await preparePageServer();
  await server.start();
  await send(server, "/conversations/", { body: { id: "tea", user_ids: ["ada", "bob"] } });
  const page = await browser.newPage();
  await page.goto(`${server.url}/?as=ada&c=tea`);
  await page.getByRole("button", { name: "Members" }).click();
  await page.getByLabel("Add somebody").fill("carol");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("complementary").getByText("carol").waitFor();
  await page.getByRole("button", { name: "Leave the conversation" }).click();
  await page.getByText("No conversations yet.").waitFor();
  const conversation = await (await fetch(`${server.url}/conversations/by-id/tea`)).json();
  expect(conversation).toMatchObject({ user_ids: ["bob", "carol"] });
});

it("a server that wants tokens is asked with one, and a wrong one is refused", async () => {
  await using server = await preparePageServer({ CHATNEST_JWT_SECRET: secret });
  await server.start();
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setSubject("ada")
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));
  const page = await browser.newPage();
  await page.goto(server.url);
  await page.getByLabel("Token").fill("nonsense");
  await page.getByLabel("Name").fill("ada");
  await page.getByRole("button", { name: "Start chatting" }).click();
  await page.getByText("The server refused this token.").waitFor();
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Start chatting" }).click();
  await page.getByText("No conversations yet.").waitFor();
  await page.getByText("live", { exact: true }).waitFor();
});
