import type { Browser, BrowserContext } from "playwright-core";
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

/** Counts the sends of a profile that the server answers. */
function countAnswers(context: BrowserContext): { ids: string[] } {
  const counted: { ids: string[] } = { ids: [] };
  context.on("response", async (response) => {
    const request = response.request();
    if (!request.url().includes("messages.send") || request.method() !== "POST") return;
    if (response.ok()) counted.ids.push(request.postDataJSON().id);
  });
  return counted;
}

/** Stops the script of a tab, as browsers do with those in the background; returns the function that lets it go on. */
async function stop({ page }: Tab): Promise<() => Promise<unknown>> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Debugger.enable");
  const stopped = new Promise((resolve) => cdp.once("Debugger.paused", resolve));
  await cdp.send("Debugger.pause");
  void page.evaluate("0").catch(() => undefined);
  await stopped;
  return () => cdp.send("Debugger.resume");
}

describe("an outbox in a browser", () => {
  it("sends what was typed while the server was away, also from a tab that was closed, once and in order", async () => {
    await using world = await startWorld(browser, site);
    await world.start();
    const first = await world.open();
    for (const n of numbers(1, 3)) {
      await first.type("tea", n);
      await first.type("milk", n);
    }
    await world.kill();
    for (const n of numbers(4, 10)) {
      await first.type("tea", n);
      await first.type("milk", n);
    }
    await expect.poll(() => first.lines("tea")).toHaveLength(10);
    expect((await first.lines("milk")).slice(-7)).toEqual(
      numbers(4, 10).map((n) => `ada: ${n} pending`),
    );
    await untilSaved(first);
    await first.page.close();
    await world.start();
    const second = await world.open();
    for (const id of ["tea", "milk"]) {
      const confirmed = numbers(1, 10).map((n) => `ada: ${n} confirmed`);
      await expectLines(second, id, confirmed);
      expect(await world.stored(id)).toEqual(numbers(1, 10));
    }
    expect(second.complaints).toEqual([]);
  });

  it("shows what an earlier tab left while the server is still away", async () => {
    await using world = await startWorld(browser, site);
    const first = await world.open();
    for (const n of numbers(1, 5)) await first.type("tea", n);
    await untilSaved(first);
    await first.page.close();
    const second = await world.open();
    await second.type("tea", "6");
    const pending = numbers(1, 6).map((n) => `ada: ${n} pending`);
    await expectLines(second, "tea", pending);
    await world.start();
    await expect.poll(() => world.stored("tea")).toEqual(numbers(1, 6));
  });

  it.each([
    { title: "", before: "" },
    {
      title: ", without Web Locks",
      before: "Object.defineProperty(navigator, 'locks', { value: undefined })",
    },
    {
      title: ", without Web Locks and BroadcastChannel",
      before:
        "Object.defineProperty(navigator, 'locks', { value: undefined }); delete globalThis.BroadcastChannel",
    },
  ])("two tabs store each message once, and each tab in its order$title", async ({ before }) => {
    await using world = await startWorld(browser, site);
    const counted = countAnswers(world.context);
    const tabs = [await world.open({ before }), await world.open({ before })];
    for (const n of numbers(1, 5)) {
      for (const [which, tab] of tabs.entries()) await tab.type("tea", `${which} ${n}`);
    }
    await Promise.all(tabs.map(untilSaved));
    await world.start();
    await expect.poll(() => world.stored("tea").catch(() => [])).toHaveLength(10);
    const stored = await world.stored("tea");
    for (const which of [0, 1]) {
      expect(stored.filter((one) => one.startsWith(`${which}`))).toEqual(
        numbers(1, 5).map((n) => `${which} ${n}`),
      );
    }
    const lines = stored.map((one) => `ada: ${one} confirmed`);
    for (const tab of tabs) await expectLines(tab, "tea", lines);
    // Where one tab sends for all, nothing is sent twice.
    if (!before) expect(counted.ids.toSorted()).toEqual([...new Set(counted.ids)].toSorted());
  });

  it("another tab goes on when the one that sends is closed", async () => {
    await using world = await startWorld(browser, site);
    const first = await world.open();
    const second = await world.open();
    await first.type("tea", "1");
    await untilSaved(first);
    await second.type("tea", "2");
    await expectLines(second, "tea", ["ada: 1 pending", "ada: 2 pending"]);
    await untilSaved(second);
    // The last one that was looked at sends.
    await second.page.close();
    await world.start();
    await expectLines(first, "tea", ["ada: 1 confirmed", "ada: 2 confirmed"]);
  });

  it("the tab that one looks at goes on when the browser has stopped the one that sends", async () => {
    await using world = await startWorld(browser, site);
    const first = await world.open();
    await first.type("tea", "1");
    await untilSaved(first);
    const resume = await stop(first);
    const second = await world.open();
    await second.type("tea", "2");
    await untilSaved(second);
    await world.start();
    await expectLines(second, "tea", ["ada: 1 confirmed", "ada: 2 confirmed"]);
    await world.kill();
    await resume();
    await first.type("tea", "3");
    await untilSaved(first);
    await stop(second);
    await first.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await world.start();
    await expect.poll(() => world.stored("tea").catch(() => [])).toEqual(numbers(1, 3));
  });

  it("stores once what was stored without an answer before the tab was closed", async () => {
    await using world = await startWorld(browser, site);
    await world.start();
    const first = await world.open();
    await first.page.route("**/messages.send", async (route) => {
      await route.fetch();
      await route.abort();
    });
    await first.type("tea", "1");
    await first.type("tea", "2");
    await expect.poll(() => world.stored("tea")).toEqual(["1"]);
    await untilSaved(first);
    await first.page.close();
    const second = await world.open();
    await expectLines(second, "tea", ["ada: 1 confirmed", "ada: 2 confirmed"]);
    expect(await world.stored("tea")).toEqual(["1", "2"]);
  });

  it("never sends what was removed while it waited, from another tab, too", async () => {
    await using world = await startWorld(browser, site);
    const first = await world.open();
    const second = await world.open();
    for (const n of numbers(1, 3)) await first.type("tea", n);
    await expect.poll(() => second.lines("tea")).toHaveLength(3);
    const line = second.page.getByRole("listitem").filter({ hasText: "ada: 1 pending" });
    await line.getByRole("button", { name: "discard" }).click();
    const own = first.page.getByRole("listitem").filter({ hasText: "ada: 2 pending" });
    await own.getByRole("button", { name: "remove" }).click();
    await expectLines(first, "tea", ["ada: 3 pending"]);
    await expectLines(second, "tea", ["ada: 3 pending"]);
    await world.start();
    await expectLines(second, "tea", ["ada: 3 confirmed"]);
    expect(await world.stored("tea")).toEqual(["3"]);
  });

  it("sends nothing of another user", async () => {
    await using world = await startWorld(browser, site);
    const ada = await world.open();
    await ada.type("tea", "of ada");
    await untilSaved(ada);
    await ada.page.close();
    await world.start();
    const bob = await world.open({ user: "bob" });
    await bob.type("tea", "of bob");
    await expectLines(bob, "tea", ["bob: of bob confirmed"]);
    expect(await world.stored("tea")).toEqual(["of bob"]);
  });
});
