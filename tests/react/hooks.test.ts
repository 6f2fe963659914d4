import { createMessageId } from "@chatnest/client";
import type { ChatStore } from "@chatnest/db";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append } from "../support/append.ts";
import { startChromium } from "../support/chromium.ts";
import { startServer } from "../support/server.ts";
import { expectLines, type Site, startPageSite } from "./site.ts";

let browser: Browser;
let site: Site;
beforeAll(async () => {
  [browser, site] = await Promise.all([startChromium(), startPageSite()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

const say = (store: ChatStore, user_id: string, content: string) =>
  append(store, { id: createMessageId(), conversation_id: "tea", user_id, content });

const untilDisconnected = (page: Page) =>
  page.waitForEvent("requestfailed", (request) => request.url().includes("/events"));

const opened = (streams: readonly string[], path: string) =>
  streams.filter((one) => one === path).length;

describe("useConversation", () => {
  it("shows what is sent, edited, reacted to and removed, by the user and by others", async () => {
    await using server = await startServer();
    await using context = await browser.newContext();
    const tab = await site.open(context, { server: server.url, show: ["tea"] });
    await tab.type("tea", "Hello");
    await expectLines(tab, "tea", ["ada: Hello confirmed"]);
    await say(server.store, "bob", "Hi");
    await expectLines(tab, "tea", ["ada: Hello confirmed", "bob: Hi confirmed"]);
    const line = tab.page.getByRole("listitem").first();
    await line.getByRole("button", { name: "edit" }).click();
    await line.getByRole("button", { name: "react", exact: true }).click();
    await expectLines(tab, "tea", ["ada: Hello! x1 confirmed", "bob: Hi confirmed"]);
    await line.getByRole("button", { name: "unreact" }).click();
    await expectLines(tab, "tea", ["ada: Hello! confirmed", "bob: Hi confirmed"]);
    await line.getByRole("button", { name: "remove" }).click();
    await expectLines(tab, "tea", ["bob: Hi confirmed"]);
    expect(tab.complaints).toEqual([]);
  });

  it("reads older pages", async () => {
    await using server = await startServer();
    await using context = await browser.newContext();
    for (let n = 1; n <= 45; n++) {
      await say(server.store, "bob", `${n}`);
    }
    const tab = await site.open(context, { server: server.url, show: ["tea"] });
    const older = tab.page.getByRole("button", { name: "older" });
    await expect.poll(() => tab.lines("tea")).toHaveLength(20);
    await older.click();
    await expect.poll(() => tab.lines("tea")).toHaveLength(40);
    await older.click();
    await expect.poll(() => tab.lines("tea")).toHaveLength(45);
    expect(await older.count()).toBe(0);
    expect((await tab.lines("tea"))[0]).toBe("bob: 1 confirmed");
  });

  it("shares a list and its connection between components, under StrictMode, too", async () => {
    await using server = await startServer();
    await using context = await browser.newContext();
    const tab = await site.open(context, { server: server.url, show: ["tea", "tea", "milk"] });
    await tab.type("tea", "Hello");
    const both = tab.page.getByText("ada: Hello confirmed");
    await expect.poll(() => both.count()).toBe(2);
    await expect.poll(() => opened(tab.streams, "/messages/milk/events")).toBe(1);
    expect(opened(tab.streams, "/messages/tea/events")).toBe(1);
  });

  it("continues with the same list when it is shown again soon, and closes it when it is not", async () => {
    await using server = await startServer();
    await using context = await browser.newContext();
    const tab = await site.open(context, { server: server.url, show: ["tea"] });
    await tab.type("tea", "Hello");
    await expectLines(tab, "tea", ["ada: Hello confirmed"]);
    await tab.show([]);
    await tab.show(["tea"]);
    expect(await tab.lines("tea")).toEqual(["ada: Hello confirmed"]);
    expect(opened(tab.streams, "/messages/tea/events")).toBe(1);
    await tab.show([]);
    await untilDisconnected(tab.page);
    await tab.show(["tea"]);
    await expectLines(tab, "tea", ["ada: Hello confirmed"]);
    expect(opened(tab.streams, "/messages/tea/events")).toBe(2);
    expect(tab.complaints).toEqual([]);
  });

  it("keeps few connections while one looks through many conversations", async () => {
    await using server = await startServer();
    await using context = await browser.newContext();
    const tab = await site.open(context, { server: server.url, show: ["inbox"] });
    let ended = 0;
    tab.page.on("requestfailed", (request) => {
      if (request.url().endsWith("/events")) ended++;
    });
    for (let n = 1; n <= 10; n++) {
      await tab.show(["inbox", `tea-${n}`]);
      await tab.type(`tea-${n}`, "Hello");
      await expectLines(tab, `tea-${n}`, ["ada: Hello confirmed"]);
      // A browser has six. The last one stays for a while, for who goes back to it.
      const open = () => tab.streams.length - ended;
      await expect.poll(open, { timeout: 4_000 }).toBeLessThanOrEqual(3);
    }
    expect(tab.complaints).toEqual([]);
  });

  it("follows one conversation after another in the same component, and leaves nothing open", async () => {
    await using server = await startServer();
    await using context = await browser.newContext();
    const tab = await site.open(context, { server: server.url, show: [] });
    let ended = 0;
    tab.page.on("requestfailed", (request) => {
      if (request.url().endsWith("/events")) ended++;
    });
    for (let n = 1; n <= 200; n++) await tab.show([`changing tea-${n}`]);
    await tab.type("changing tea-200", "Hello");
    await expectLines(tab, "changing tea-200", ["ada: Hello confirmed"]);
    await tab.show(["changing tea"]);
    await say(server.store, "bob", "Hi");
    await expectLines(tab, "changing tea", ["bob: Hi confirmed"]);
    await tab.show([]);
    await expect.poll(() => tab.streams.length - ended).toBe(0);
    expect(tab.complaints).toEqual([]);
  });

  it("is closed when the server refuses it, and tried again when it is shown again", async () => {
    await using server = await startServer();
    await using context = await browser.newContext();
    const body = JSON.stringify({ status: 404, code: "not_found", detail: "no such conversation" });
    const headers = { "access-control-allow-origin": "*" };
    const refuse = { status: 404, contentType: "application/problem+json", headers, body };
    await context.route("**/messages/tea/events", (route) => route.fulfill(refuse));
    const tab = await site.open(context, { server: server.url, show: ["tea", "tea"] });
    await expect.poll(() => tab.page.getByText("closed", { exact: true }).count()).toBe(2);
    await context.unroute("**/messages/tea/events");
    await tab.show([]);
    await tab.show(["tea", "tea"]);
    await expect.poll(() => tab.page.getByText("live", { exact: true }).count()).toBe(2);
    await tab.type("tea", "Hello");
    await expectLines(tab, "tea", ["ada: Hello confirmed"]);
    expect(tab.complaints).toEqual([]);
  });

  it("still has a failed message when it is shown again later", async () => {
    await using server = await startServer();
    await using context = await browser.newContext();
    const tab = await site.open(context, { server: server.url, show: ["tea"] });
    await tab.type("tea", " ".repeat(17_000));
    const failed = tab.page.getByText("failed");
    await failed.waitFor();
    await tab.show([]);
    await untilDisconnected(tab.page);
    await tab.show(["tea"]);
    await failed.waitFor();
    await tab.page.getByRole("button", { name: "discard" }).click();
    await failed.waitFor({ state: "detached" });
  });

  it("opens one connection for a component that is suspended", async () => {
    await using server = await startServer();
    await using context = await browser.newContext();
    const tab = await site.open(context, { server: server.url, show: ["suspended"] });
    await tab.page.getByText("loading").waitFor();
    expect(tab.streams).toEqual([]);
    await tab.page.evaluate("release()");
    await tab.page.getByText("late").waitFor();
    await tab.type("tea", "Hello");
    await expectLines(tab, "tea", ["ada: Hello confirmed"]);
    expect(tab.streams).toEqual(["/messages/tea/events"]);
    expect(tab.complaints).toEqual([]);
  });
});

describe("useInbox and useUnread", () => {
  it("show what is unread over one connection, and what others have read", async () => {
    await using server = await startServer();
    await using context = await browser.newContext();
    const { store } = server;
    await store.conversations.create({ id: "tea", user_ids: ["ada", "bob"] });
    // The badge stands before the inbox, whose options are others.
    const tab = await site.open(context, {
      server: server.url,
      show: ["unread", "inbox", "unread"],
    });
    const { page } = tab;
    const badge = page.getByLabel("unread").first();
    await expect.poll(() => badge.textContent()).toBe("0");
    await say(store, "bob", "Hi");
    await page.getByText("tea 1").waitFor();
    await expect.poll(() => badge.textContent()).toBe("1");
    await page.getByRole("button", { name: "read tea" }).click();
    await page.getByText("tea 0").waitFor();
    await expect.poll(() => badge.textContent()).toBe("0");
    await page.getByRole("button", { name: "pin tea" }).click();
    await page.getByText("tea 0 pinned").waitFor();
    await say(store, "ada", "Hi");
    await store.reads.mark({ conversation_id: "tea", user_id: "bob" }, { read_seq: 2 });
    await expect.poll(() => page.getByLabel("reader").textContent()).toBe("bob");
    expect(tab.streams).toEqual(["/users/ada/events"]);
    expect(tab.complaints).toEqual([]);
  });

  it("a badge alone opens an inbox, and renders only for other numbers", async () => {
    await using server = await startServer();
    await using context = await browser.newContext();
    const { store } = server;
    await store.conversations.create({ id: "tea", user_ids: ["ada", "bob"] });
    const tab = await site.open(context, { server: server.url, show: ["unread"] });
    const badge = tab.page.getByLabel("unread");
    await expect.poll(() => badge.textContent()).toBe("0");
    const renders = () => tab.page.evaluate<number>("unreadRenders");
    const before = await renders();
    for (let n = 1; n <= 5; n++) {
      await say(store, "ada", "Hi");
    }
    await say(store, "bob", "Hi");
    await expect.poll(() => badge.textContent()).toBe("1");
    // StrictMode runs the effect of the first render twice, and of others once.
    expect((await renders()) - before).toBe(1);
  });
});
