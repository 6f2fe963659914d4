import { createChatClient } from "@chatnest/client";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChromium } from "../support/chromium.ts";
import { expectLines, type Site, startPageSite } from "./site.ts";
import { numbers, startWorld } from "./world.ts";

let browser: Browser;
let site: Site;
beforeAll(async () => {
  [browser, site] = await Promise.all([startChromium(), startPageSite()]);
});
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

describe("a message that was sent a moment ago", () => {
  it("does not come back when it is deleted and its conversation is shown again", async () => {
    await using world = await startWorld(browser, site);
    await world.start();
    const tab = await world.open({ show: ["tea", "outbox"] });
    await tab.type("tea", "1");
    await expectLines(tab, "tea", ["ada: 1 confirmed"]);
    await tab.page.getByRole("button", { name: "remove" }).click();
    await expectLines(tab, "tea", []);
    await tab.show(["outbox"]);
    await tab.page.getByText("1 sent").waitFor();
    await tab.show(["tea", "outbox"]);
    await tab.page.getByText("live", { exact: true }).waitFor();
    expect(await tab.lines("tea")).toEqual([]);
  });

  it("is not put after newer ones that were sent since", async () => {
    await using world = await startWorld(browser, site);
    await world.start();
    const tab = await world.open({ show: ["milk", "outbox"] });
    await tab.page.evaluate(`outbox.send({ conversation_id: "tea", content: "own" })`);
    await tab.page.getByText("own sent").waitFor();
    const bob = createChatClient({ url: world.url, userId: "bob" });
    // The page shows 20.
    for (const content of numbers(1, 20)) {
      await bob.messages.send({ conversation_id: "tea", content });
    }
    await tab.show(["tea"]);
    await expectLines(
      tab,
      "tea",
      numbers(1, 20).map((n) => `bob: ${n} confirmed`),
    );
  });

  it("stays while the list cannot be read, also when its conversation is shown again", async () => {
    await using world = await startWorld(browser, site);
    await world.start();
    const tab = await world.open({ show: ["tea"] });
    await tab.type("tea", "1");
    await expectLines(tab, "tea", ["ada: 1 confirmed"]);
    await tab.page.route("**/events", (route) => route.abort());
    await world.kill();
    await tab.page.getByText("offline").waitFor();
    await world.start();
    await tab.type("tea", "2");
    const both = ["ada: 1 confirmed", "ada: 2 confirmed"];
    await expectLines(tab, "tea", both);
    await tab.show([]);
    await tab.show(["tea"]);
    await expectLines(tab, "tea", both);
    await tab.page.unroute("**/events");
    await tab.page.evaluate("dispatchEvent(new Event('online'))");
    await tab.page.getByText("live", { exact: true }).waitFor();
    expect(await tab.lines("tea")).toEqual(both);
  });
});

describe("a conversation that is shown for another user", () => {
  it("sends as that user, and not through the outbox of the first", async () => {
    await using world = await startWorld(browser, site);
    await world.start();
    const tab = await world.open({ show: ["tea as bob", "outbox"] });
    await tab.type("tea as bob", "Hi");
    await expectLines(tab, "tea as bob", ["bob: Hi confirmed"]);
    expect(await tab.page.getByText("Hi sent").count()).toBe(0);
  });
});
