import { createChatClient } from "@chatnest/client";
import type { Browser } from "playwright-core";
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
const pending = (to: number) => numbers(1, to).map((n) => `ada: ${n} pending`);

/** Deletes the database, as another script of the origin may do. */
function deleteDatabase({ page }: Tab): Promise<unknown> {
  return page.evaluate(`new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase("chatnest-outbox:ada");
    request.onsuccess = resolve;
    request.onblocked = reject;
  })`);
}

/** Clears the data of the site, as a person does in the settings of the browser. */
async function clearData({ page }: Tab): Promise<void> {
  // It is closed at some time after the command has returned.
  await page.evaluate(`new Promise((resolve) => {
    const request = indexedDB.open("watched");
    request.onsuccess = () => {
      globalThis.cleared = new Promise((close) => {
        request.result.onclose = () => close();
      });
      resolve();
    };
  })`);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Storage.clearDataForOrigin", { origin: site.url, storageTypes: "indexeddb" });
  await page.evaluate("cleared");
}

describe("the database of an outbox", () => {
  it.each([
    { what: "is deleted", lose: deleteDatabase },
    { what: "is cleared by the browser", lose: clearData },
  ])("has all that waits again after it $what", async ({ lose }) => {
    await using world = await startWorld(browser, site);
    const first = await world.open({ show });
    // Another page knows of them by then, and keeps them, too.
    const second = await world.open({ show });
    for (const n of numbers(1, 3)) await first.type("tea", n);
    await untilSaved(first);
    await expectLines(second, "tea", pending(3));
    await lose(first);
    await first.type("tea", "4");
    await untilSaved(first);
    await expectLines(second, "tea", pending(4));
    expect(await first.page.getByText("pending saved").count()).toBe(4);
    await first.page.close();
    await second.page.close();
    const third = await world.open({ show });
    await expectLines(third, "tea", pending(4));
    await world.start();
    await expect.poll(() => world.stored("tea").catch(() => [])).toEqual(numbers(1, 4));
  });

  it("loses nothing that is sent after it was deleted, and sends what was saved in it", async () => {
    await using world = await startWorld(browser, site);
    const tab = await world.open({ show });
    for (const n of numbers(1, 3)) await tab.type("tea", n);
    await untilSaved(tab);
    await deleteDatabase(tab);
    await world.start();
    await expect.poll(() => world.stored("tea").catch(() => [])).toEqual(numbers(1, 3));
    await tab.type("tea", "4");
    await expect.poll(() => world.stored("tea")).toEqual(numbers(1, 4));
    expect(tab.complaints).toEqual([]);
  });
});

describe("a message that is sent at the last moment", () => {
  it("is saved when the outbox is closed in the same turn, and other pages hear of it", async () => {
    await using world = await startWorld(browser, site);
    const first = await world.open({ show });
    const second = await world.open({ show });
    await untilSaved(first);
    await first.page.evaluate(`outbox.send({ conversation_id: "tea", content: "1" });
      outbox.send({ conversation_id: "tea", content: "2" });
      outbox.close()`);
    await expectLines(second, "tea", pending(2));
    await world.start();
    await expect.poll(() => world.stored("tea").catch(() => [])).toEqual(["1", "2"]);
    // Nothing goes wrong in the page that has closed it either.
    await first.page.evaluate(`outbox.send({ conversation_id: "tea", content: "3" });
      outbox.remove(outbox.send({ conversation_id: "tea", content: "4" }))`);
    await untilSaved(first);
    expect(first.complaints).toEqual([]);
  });

  it("is saved when the page is left in the same turn", async () => {
    await using world = await startWorld(browser, site);
    const first = await world.open({ show });
    await first.type("tea", "1");
    await untilSaved(first);
    await first.page.close();
    for (const n of numbers(2, 5)) {
      const tab = await world.open({ show });
      // The outbox is open by then.
      await tab.page.getByText("ada: 1 pending").waitFor();
      await tab.page.evaluate(`setTimeout(() => {
        outbox.send({ conversation_id: "tea", content: "${n}" });
        location.href = "about:blank";
      })`);
      await tab.page.waitForURL("about:blank");
      await tab.page.close();
    }
    const last = await world.open({ show });
    await expectLines(last, "tea", pending(5));
  });
});

describe("metadata", () => {
  it("is saved and sent as it was given, also when it is a proxy or is changed later", async () => {
    await using world = await startWorld(browser, site);
    const tab = await world.open({ show });
    await tab.page.evaluate(`globalThis.metadata = new Proxy({ cups: 1 }, {});
      outbox.send({ conversation_id: "tea", content: "1", metadata });
      metadata.cups = 2`);
    await untilSaved(tab);
    await tab.page.getByText("1 pending saved").waitFor();
    await world.start();
    await expectLines(tab, "tea", ["ada: 1 confirmed"]);
    const client = createChatClient({ url: world.url });
    const { metadata } = await client.messages.get({ conversation_id: "tea", seq: 1 });
    expect(metadata).toEqual({ cups: 1 });
    expect(tab.complaints).toEqual([]);
  });
});
