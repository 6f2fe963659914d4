import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startChromium } from "../support/chromium.ts";
import { preparePageServer, send } from "./page-server.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const hostile = [
  "<img src=x onerror=alert(1)>",
  "<script>alert(1)</script>",
  '"><svg onload=alert(1)>',
  "javascript:alert(1)",
  "[x](javascript:alert(1))",
  "&lt;b&gt; {{7*7}} %{7*7}",
  "\u202Eabc\u202C \u2066x\u2069",
];

it("text is only ever text, wherever it is shown", async () => {
  await using server = await preparePageServer();
  await server.start();
  const name = "<b onclick=alert(1)>eve";
  await send(server, "/conversations/", { body: { id: "tea", user_ids: ["ada", name] } });
  for (const content of hostile) {
    const body = { conversation_id: "tea", user_id: name, content };
    await send(server, "/messages/", { body });
  }
  const title = "<img src=x onerror=alert(2)>";
  await send(server, "/conversations/by-id/tea", { method: "PATCH", body: { title } });

  const page = await browser.newPage();
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(`${server.url}/?as=ada&c=tea`);
  for (const content of hostile) {
    const paragraphs = page.locator("article p[dir=auto]");
    await expect.poll(() => paragraphs.allTextContents()).toContain(content);
  }
  await page.getByRole("heading", { name: title }).waitFor();
  const made = page.locator("article img, article script, article b, #root a[href^='javascript']");
  expect(await made.count()).toBe(0);
  expect(dialogs).toEqual([]);
});

it("web addresses are links that open elsewhere and tell nothing of this page", async () => {
  await using server = await preparePageServer();
  await server.start();
  const content = "See https://example.org/a_(b)?c=1#d, not ftp://x.example.";
  await send(server, "/messages/", { body: { conversation_id: "tea", user_id: "ada", content } });
  const page = await browser.newPage();
  await page.goto(`${server.url}/?as=ada&c=tea`);
  const link = page.getByRole("article").getByRole("link");
  await link.waitFor();
  expect(await link.count()).toBe(1);
  const attributes = ["href", "rel", "target"];
  const values = await Promise.all(attributes.map((name) => link.getAttribute(name)));
  expect(values).toEqual(["https://example.org/a_(b)?c=1#d", "noopener noreferrer", "_blank"]);
});

it("long words and text from right to left stay inside a narrow window", async () => {
  await using server = await preparePageServer();
  await server.start();
  const said = ["x".repeat(4_000), "שלום עולם", `https://example.org/${"y".repeat(900)}`];
  for (const content of said) {
    const body = { conversation_id: "tea", user_id: `${"w".repeat(100)}`, content };
    await send(server, "/messages/", { body });
  }
  const page = await browser.newPage({ viewport: { width: 360, height: 640 } });
  await page.goto(`${server.url}/?as=ada&c=tea`);
  await page.getByText("שלום עולם").waitFor();
  const widths = await page.evaluate(() => {
    const all = [...document.querySelectorAll("article, article *, header, textarea")];
    return all.filter((element) => element.getBoundingClientRect().right > innerWidth + 1).length;
  });
  expect(widths).toBe(0);
  const direction = page
    .getByText("שלום עולם")
    .evaluate((text) => getComputedStyle(text).direction);
  expect(await direction).toBe("rtl");
});
