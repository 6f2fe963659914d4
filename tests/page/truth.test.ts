import { SignJWT } from "jose";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startChromium } from "../support/chromium.ts";
import { preparePageServer, send } from "./page-server.ts";

const key = "a-server-key-that-is-long-enough-for-this-test";
const secret = "a secret that is long enough for HS256 and for this test";

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

const article = (page: Page, text: string) => page.getByRole("article").filter({ hasText: text });
const toTea = (user_id: string, content: string) => ({
  body: { conversation_id: "tea", user_id, content },
});

it("a quote says what the message says now, and nothing of one that is deleted", async () => {
  await using server = await preparePageServer();
  await server.start();
  await send(server, "/messages/", toTea("bob", "first words"));
  const reply = { conversation_id: "tea", user_id: "ada", content: "an answer", reply_to: 1 };
  await send(server, "/messages/", { body: reply });
  const page = await browser.newPage();
  await page.goto(`${server.url}/?as=ada&c=tea`);
  const quote = article(page, "an answer");
  await quote.getByText("first words").waitFor();
  const change = { user_id: "bob", content: "better words" };
  await send(server, "/messages/tea/1", { method: "PATCH", body: change });
  await quote.getByText("better words").waitFor();
  await fetch(`${server.url}/messages/tea/1?user_id=bob`, { method: "DELETE" });
  await quote.getByText("The message was deleted.").waitFor();
  expect(await page.getByText("words").count()).toBe(0);
});

it("a conversation that one may read no longer says so, and goes on when one may again", async () => {
  await using server = await preparePageServer({
    CHATNEST_API_KEYS: key,
    CHATNEST_JWT_SECRET: secret,
  });
  await server.start();
  const call = (path: string, method: string, body?: object) =>
    fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
  await call("/conversations/", "POST", { id: "tea", user_ids: ["ada", "bob"] });
  await call("/messages/", "POST", toTea("bob", "Kettle is on").body);
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: "HS256" })
    .setSubject("ada")
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(secret));
  const page = await browser.newPage();
  await page.goto(`${server.url}/?c=tea`);
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Start chatting" }).click();
  await article(page, "Kettle is on").waitFor();

  await call("/conversations/tea/members/ada", "DELETE");
  await page.getByText(/You no longer see what happens here/).waitFor();
  await page.getByRole("textbox", { name: "Message tea" }).fill("Still here?");
  await page.keyboard.press("Enter");
  await article(page, "Still here?")
    .getByText(/Not sent/)
    .waitFor();
  await page.reload();
  await article(page, "Still here?").waitFor();
  expect(await page.getByText("The conversation begins here.").count()).toBe(0);

  await call("/conversations/tea/members", "POST", { user_id: "ada" });
  await article(page, "Kettle is on").waitFor();
  await article(page, "Still here?").getByRole("button", { name: "Try again" }).click();
  await expect.poll(() => page.getByText("Not sent").count()).toBe(0);
  expect(await page.getByText(/You no longer see/).count()).toBe(0);
});
