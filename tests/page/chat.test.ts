import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startChromium } from "../support/chromium.ts";
import { preparePageServer, send } from "./page-server.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

async function open(url: string, user: string): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (line) => {
    // What a server that is down answers is written to the console by the browser itself.
    const isNetwork = /Failed to load resource|ERR_/.test(line.text());
    if (line.type() === "error" && !isNetwork) complaints.push(line.text());
  });
  await page.goto(`${url}/?as=${user}&c=tea`);
  await page.getByRole("region", { name: "tea" }).getByText("live", { exact: true }).waitFor();
  return { page, complaints };
}

const field = (page: Page) => page.getByRole("textbox", { name: "Message tea" });
const texts = (page: Page) =>
  page
    .getByRole("article")
    .evaluateAll((articles) =>
      articles.map((article) => article.querySelector("p[dir=auto]")?.textContent?.trim()),
    );

async function say(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press("Enter");
}

it("two people chat while the server is killed and restarted: nothing is lost, doubled or out of order", async () => {
  await using server = await preparePageServer();
  await server.start();
  await send(server, "/conversations/", { body: { id: "tea", user_ids: ["ada", "grace"] } });
  const ada = await open(server.url, "ada");
  const grace = await open(server.url, "grace");

  await say(ada.page, "one");
  await grace.page.getByRole("article").filter({ hasText: "one" }).waitFor();
  await say(grace.page, "two");
  await ada.page.getByRole("article").filter({ hasText: "two" }).waitFor();

  await server.kill();
  await ada.page
    .getByRole("region", { name: "tea" })
    .getByText("offline", { exact: true })
    .waitFor();
  for (const text of ["three", "four", "five"]) await say(ada.page, text);
  await say(grace.page, "six");
  expect(await ada.page.getByText("Sending").count()).toBe(3);
  await server.start();
  for (const { page } of [ada, grace]) {
    await expect
      .poll(async () => (await texts(page)).toSorted())
      .toEqual(["one", "two", "three", "four", "five", "six"].toSorted());
    await expect.poll(() => page.getByText("Sending").count()).toBe(0);
  }
  const shown = await texts(ada.page);
  expect(await texts(grace.page)).toEqual(shown);
  expect(shown.filter((text) => text !== "six")).toEqual(["one", "two", "three", "four", "five"]);

  const own = ada.page.getByRole("article").filter({ hasText: "three" });
  await own.hover();
  await own.getByRole("button", { name: "Edit" }).click();
  await field(ada.page).fill("three and a half");
  await field(ada.page).press("Enter");
  await grace.page.getByText("three and a half (edited)").waitFor();

  await server.kill();
  const seen = grace.page.getByRole("article").filter({ hasText: "three and a half" });
  await seen.hover();
  await seen.getByRole("button", { name: "React" }).click();
  await grace.page.getByRole("button", { name: "Thumbs up" }).click();
  await server.start();
  await own.getByRole("button", { name: "👍 1" }).waitFor();

  await own.hover();
  await own.getByRole("button", { name: "Delete" }).click();
  await ada.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  const left = ["one", "two", "four", "five", "six"];
  for (const { page } of [ada, grace]) {
    await expect.poll(async () => (await texts(page)).toSorted()).toEqual(left.toSorted());
  }
  expect(await texts(grace.page)).toEqual(await texts(ada.page));
  expect([...ada.complaints, ...grace.complaints]).toEqual([]);
}, 60_000);

it("what is typed offline is sent after the tab was closed and opened again", async () => {
  await using server = await preparePageServer();
  await server.start();
  await send(server, "/conversations/", { body: { id: "tea", user_ids: ["ada", "grace"] } });
  const { page } = await open(server.url, "ada");
  await server.kill();
  await page.getByRole("region", { name: "tea" }).getByText("offline", { exact: true }).waitFor();
  await say(page, "kept");
  await say(page, "in order");
  await field(page).fill("a draft");
  await page.getByText("Sending").first().waitFor();
  const context = page.context();
  await page.close();
  await server.start();
  const again = await context.newPage();
  await again.goto(`${server.url}/?c=tea`);
  await expect.poll(() => texts(again)).toEqual(["kept", "in order"]);
  await expect.poll(() => again.getByText("Sending").count()).toBe(0);
  expect(await field(again).inputValue()).toBe("a draft");
});

it("notes are kept, also those of another window", async () => {
  await using server = await preparePageServer();
  await server.start();
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${server.url}/?as=ada&notes`);
  await send(server, "/messages/", { body: { user_id: "ada", content: "Buy tea" } });
  for (const text of ["Buy twine", "Call grace"]) {
    await page.getByRole("textbox", { name: "Write a note" }).fill(text);
    await page.keyboard.press("Enter");
    await page.getByRole("listitem").filter({ hasText: text }).waitFor();
  }
  await page.reload();
  for (const text of ["Buy tea", "Buy twine", "Call grace"]) {
    await page.getByRole("listitem").filter({ hasText: text }).waitFor();
  }
  expect(complaints).toEqual([]);
});
