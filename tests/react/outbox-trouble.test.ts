import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChromium } from "../support/chromium.ts";
import { expectLines, type Site, startPageSite, type Tab } from "./site.ts";
import { numbers, startWorld, untilSaved } from "./world.ts";

let browser: Browser;
let site: Site;
beforeAll(async () => {
  [browser, site] = await Promise.all([startChromium(), startPageSite()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

const show = ["tea", "outbox"];

/** Lets the server refuse all sends of a page. */
function refuse(page: Page, status: number, code: string): Promise<unknown> {
  const body = JSON.stringify({ error: { message: "no", data: { code } } });
  const headers = { "access-control-allow-origin": "*", "content-type": "application/json" };
  return page.route("**/messages.send", (route) => route.fulfill({ status, headers, body }));
}

const storage = (page: Page) => page.getByLabel("storage").textContent();

describe("a message that is refused", () => {
  it("stays as failed, also in another tab, does not stop the next one, and is sent by a retry", async () => {
    await using world = await startWorld(browser, site);
    await world.start();
    const first = await world.open({ show });
    await refuse(first.page, 403, "forbidden");
    await first.type("tea", "1");
    await expectLines(first, "tea", ["ada: 1 failed"]);
    await first.page.unroute("**/messages.send");
    await first.type("tea", "2");
    await expectLines(first, "tea", ["ada: 2 confirmed", "ada: 1 failed"]);
    await untilSaved(first);
    const second = await world.open({ show });
    await expectLines(second, "tea", ["ada: 2 confirmed", "ada: 1 failed"]);
    await second.page.getByRole("button", { name: "retry" }).last().click();
    const confirmed = ["ada: 2 confirmed", "ada: 1 confirmed"];
    await expectLines(first, "tea", confirmed);
    await expectLines(second, "tea", confirmed);
    expect(await world.stored("tea")).toEqual(["2", "1"]);
  });

  it("is forgotten for good when it is discarded", async () => {
    await using world = await startWorld(browser, site);
    await world.start();
    const first = await world.open({ show });
    await first.type("tea", "x".repeat(17_000));
    await first.page.getByRole("button", { name: "discard" }).click();
    await expectLines(first, "tea", []);
    await first.type("tea", "2");
    await expectLines(first, "tea", ["ada: 2 confirmed"]);
    await first.page.close();
    const second = await world.open({ show });
    await expectLines(second, "tea", ["ada: 2 confirmed"]);
  });

  it("tells what the server says about it, also after the page was closed", async () => {
    await using world = await startWorld(browser, site);
    await world.start();
    const issues = ({ page }: Tab) =>
      page.evaluate("outbox.getSnapshot().items[0]?.error?.issues.map(({ path }) => path)");
    const first = await world.open({ show });
    await first.type("tea", "x".repeat(17_000));
    await expect.poll(() => issues(first)).toEqual(["content"]);
    await untilSaved(first);
    await first.page.close();
    const second = await world.open({ show });
    await expect.poll(() => issues(second)).toEqual(["content"]);
  });

  it("is not one that is to be sent in a month, which the server is not asked for at once", async () => {
    await using world = await startWorld(browser, site);
    const tab = await world.open({ show });
    let count = 0;
    const headers = {
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "*",
      "retry-after": `${30 * 24 * 3_600}`,
    };
    await tab.page.route("**/messages.send", (route) => {
      count++;
      return route.fulfill({ status: 429, headers });
    });
    await tab.type("tea", "1");
    const error = () => tab.page.evaluate("outbox.getSnapshot().items[0]?.error?.retryAfterMs");
    await expect.poll(error).toBe(30 * 24 * 3_600_000);
    const before = count;
    // Many round trips later.
    for (const _ of numbers(1, 200)) await tab.page.evaluate("fetch('/').then(() => 0)");
    expect(count).toBe(before);
  });

  it("is not one that waits for the user to sign in again", async () => {
    await using world = await startWorld(browser, site);
    await world.start();
    const tab = await world.open({ show });
    await refuse(tab.page, 401, "unauthorized");
    await tab.type("tea", "1");
    await tab.page.waitForResponse("**/messages.send");
    await tab.type("tea", "2");
    await expectLines(tab, "tea", ["ada: 1 pending", "ada: 2 pending"]);
    await tab.page.unroute("**/messages.send");
    await expectLines(tab, "tea", ["ada: 1 confirmed", "ada: 2 confirmed"]);
  });
});

describe("without a place to save", () => {
  it.each([
    { what: "there is no IndexedDB", value: "undefined" },
    {
      what: "IndexedDB cannot be opened",
      value: "{ open() { throw new DOMException('denied', 'SecurityError'); } }",
    },
  ])("says so, and sends all the same once and in order when $what", async ({ value }) => {
    await using world = await startWorld(browser, site);
    const before = `Object.defineProperty(globalThis, "indexedDB", { value: ${value} })`;
    const tabs = [await world.open({ show, before }), await world.open({ show, before })];
    for (const [which, tab] of tabs.entries()) {
      for (const n of numbers(1, 5)) await tab.type("tea", `${which} ${n}`);
      await expect.poll(() => storage(tab.page)).toBe("memory failing");
      expect(await tab.page.getByText("pending unsaved").count()).toBe(5);
    }
    await world.start();
    await expect.poll(() => world.stored("tea").catch(() => [])).toHaveLength(10);
    const stored = await world.stored("tea");
    for (const which of [0, 1]) {
      const own = numbers(1, 5).map((n) => `${which} ${n}`);
      expect(stored.filter((one) => one.startsWith(`${which}`))).toEqual(own);
    }
    for (const tab of tabs) {
      await expectLines(
        tab,
        "tea",
        stored.map((one) => `ada: ${one} confirmed`),
      );
      expect(tab.complaints).toEqual([]);
    }
  });

  it("says what is not saved when the disk is full, saves again once it is not, and sends all in order", async () => {
    await using world = await startWorld(browser, site);
    const blank = await world.context.newPage();
    await blank.goto(site.url);
    const cdp = await world.context.newCDPSession(blank);
    const quota = { origin: site.url };
    await cdp.send("Storage.overrideQuotaForOrigin", { ...quota, quotaSize: 1 });
    const tab = await world.open({ show });
    await tab.type("tea", "1");
    await tab.page.getByText("1 pending unsaved").waitFor();
    await expect.poll(() => storage(tab.page)).toBe("indexeddb failing");
    await cdp.send("Storage.overrideQuotaForOrigin", quota);
    // The browser looks at its disk only now and then.
    let count = 1;
    const saves = async () => {
      count++;
      await tab.type("tea", `${count}`);
      await untilSaved(tab);
      return storage(tab.page);
    };
    await expect.poll(saves, { interval: 500 }).toBe("indexeddb fine");
    await tab.page.getByText(`${count} pending saved`).waitFor();
    await tab.page.getByText("unsaved").waitFor({ state: "detached" });
    await tab.page.close();
    const next = await world.open({ show });
    await expectLines(
      next,
      "tea",
      numbers(1, count).map((n) => `ada: ${n} pending`),
    );
    await world.start();
    const lines = numbers(1, count).map((n) => `ada: ${n} confirmed`);
    await expectLines(next, "tea", lines);
    expect(await world.stored("tea")).toEqual(numbers(1, count));
  });
});

describe("the order of messages", () => {
  it("is that of writing, although the clock went back", async () => {
    await using world = await startWorld(browser, site);
    const first = await world.open({ show });
    for (const n of numbers(1, 3)) await first.type("tea", n);
    await untilSaved(first);
    await first.page.close();
    const before = "const now = Date.now; Date.now = () => now() - 3_600_000";
    const second = await world.open({ show, before });
    for (const n of numbers(4, 6)) await second.type("tea", n);
    await untilSaved(second);
    await second.page.close();
    await world.start();
    const third = await world.open({ show });
    await expectLines(
      third,
      "tea",
      numbers(1, 6).map((n) => `ada: ${n} confirmed`),
    );
    expect(await world.stored("tea")).toEqual(numbers(1, 6));
  });
});
