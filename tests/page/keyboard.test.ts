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
const focused = (page: Page) =>
  page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");

it("everything is done with the keyboard alone", async () => {
  await using server = await preparePageServer();
  await server.start();
  const page = await browser.newPage();
  const { keyboard } = page;
  await page.goto(server.url);
  await page.getByLabel("Name").waitFor();
  await keyboard.type("ada");
  await keyboard.press("Enter");

  await page.getByText("No conversations yet.").waitFor();
  await keyboard.press("n");
  await page.getByRole("dialog").waitFor();
  await keyboard.type("grace, linus");
  await keyboard.press("Tab");
  await keyboard.type("Tea at four");
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "Tea at four" }).waitFor();
  await expect.poll(() => focused(page)).toBe("Message Tea at four");

  await keyboard.type("first");
  await keyboard.press("Shift+Enter");
  await keyboard.type("second line");
  await keyboard.press("Enter");
  await article(page, "second line").waitFor();
  await keyboard.type("third");
  await keyboard.press("Enter");
  await article(page, "third").waitFor();
  await expect.poll(() => page.getByText("Sending").count()).toBe(0);

  await keyboard.press("Alt+ArrowUp");
  expect(await page.getByText("Editing your message").count()).toBe(0);
  await keyboard.press("ArrowUp");
  await page.getByText("Editing your message").waitFor();
  await keyboard.type(" time");
  await keyboard.press("Enter");
  await page.getByText("third time (edited)").waitFor();

  // Back to the messages, of which one is reached by the Tab key, and between them with the arrows.
  for (let n = 0; n < 12 && !(await focused(page)).startsWith("You,"); n += 1) {
    await keyboard.press("Shift+Tab");
  }
  await keyboard.press("End");
  await keyboard.press("ArrowUp");
  await expect
    .poll(() => article(page, "second line").evaluate((it) => it.matches(":focus")))
    .toBe(true);
  await keyboard.press("+");
  await page.getByRole("dialog").waitFor();
  await keyboard.press("Enter");
  await page.getByRole("button", { name: "👍 1" }).waitFor();
  await keyboard.press("r");
  await page.getByText("Replying to").waitFor();
  await keyboard.press("Escape");
  await expect.poll(() => page.getByText("Replying to").count()).toBe(0);

  await article(page, "third time").focus();
  await keyboard.press("Delete");
  await page.getByRole("dialog").waitFor();
  await keyboard.press("Escape");
  await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
  expect(await article(page, "third time").count()).toBe(1);
  await keyboard.press("Delete");
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await expect.poll(() => article(page, "third time").count()).toBe(0);
  // What is next to it has the focus.
  await expect.poll(() => focused(page)).toMatch(/^You,/);

  await keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await keyboard.press("Escape");
  await keyboard.press("n");
  await page.getByRole("dialog").waitFor();
  await keyboard.type("bob");
  await keyboard.press("Enter");
  await expect.poll(() => focused(page)).toBe("Message bob");
  await keyboard.press("Control+k");
  expect(await focused(page)).toBe("Find a conversation");
  await keyboard.type("tea");
  await keyboard.press("Enter");
  await expect.poll(() => focused(page)).toBe("Message Tea at four");

  const menu = page.getByRole("menu", { name: "Menu" });
  await page.getByRole("button", { name: "Menu", exact: true }).press("Enter");
  await menu.waitFor();
  await keyboard.press("Tab");
  await expect.poll(() => menu.count()).toBe(0);
  expect(await focused(page)).toBe("Find a conversation");
});

it("a screen reader hears what others say, and finds messages, landmarks and the state", async () => {
  await using server = await preparePageServer();
  await server.start();
  await send(server, "/conversations/", { body: { id: "tea", user_ids: ["ada", "grace"] } });
  const page = await browser.newPage();
  await page.goto(`${server.url}/?as=ada&c=tea`);
  const state = page.getByRole("region", { name: "tea" }).getByRole("status");
  await expect.poll(() => state.textContent()).toBe("live");
  const body = { conversation_id: "tea", user_id: "grace", content: "Good morning" };
  await send(server, "/messages/", { body });
  await page.locator("[aria-live=polite]").filter({ hasText: "grace: Good morning" }).waitFor();
  await page.getByRole("main").waitFor();
  await page.getByRole("navigation", { name: "Conversations" }).waitFor();
  await page.getByRole("feed", { name: "Messages" }).getByRole("article").waitFor();
});
