import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { append } from "../support/append.ts";
import { startChromium } from "../support/chromium.ts";
import { startServer } from "../support/server.ts";
import { newProject, type Project } from "./project.ts";
import { run } from "./run.ts";
import { startSite } from "./site.ts";
import { toCompiler } from "./tools.ts";

let browser: Browser;
let project: Project;
beforeAll(async () => {
  [browser, project] = await Promise.all([startChromium(), newProject("examples/react")]);
});
afterAll(async () => {
  await browser?.close();
  await project?.[Symbol.asyncDispose]();
});

it("a React page compiles", async () => {
  const args = [toCompiler("6.0"), "--project", "tsconfig.json"];
  expect(await run(process.execPath, args, project.directory)).toBe("");
});

// In development React mounts everything twice (StrictMode), so it subscribes twice, too.
it.each(["production", "development"])(
  "a React page that Vite built for %s sends, receives, marks as read, edits, reacts and deletes in a browser",
  async (mode) => {
    await using server = await startServer();
    await build(mode);
    await using site = await startSite(join(project.directory, "dist"));
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
    await page.goto(`${site.url}/index.html?server=${encodeURIComponent(server.url)}`);
    await page.getByText("live", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Send" }).click();
    const own = page.getByRole("listitem").filter({ hasText: "ada: Hello from the page" });
    await own.waitFor();
    const other = { id: "from-outside", conversation_id: "tea", user_id: "bob", content: "Hi Ada" };
    await append(server.store, other);
    await page.getByText("bob: Hi Ada").waitFor();
    const texts = page.locator("li > span");
    expect(await texts.allTextContents()).toEqual(["ada: Hello from the page", "bob: Hi Ada"]);

    await page.getByText("tea: 1 unread, 0 for you").waitFor();
    await page.getByText("Inbox (1)").waitFor();
    await page.getByRole("button", { name: "Mark as read" }).click();
    await page.getByText("tea: 0 unread, 0 for you").waitFor();
    await page.getByText("Inbox (0)").waitFor();

    await own.getByRole("button", { name: "Edit" }).click();
    await page.getByText("ada: Hello from the page! (edited)").waitFor();
    await server.store.reads.mark({ conversation_id: "tea", user_id: "bob" }, { read_seq: 3 });
    await page.getByText("bob has read up to 3").waitFor();
    await own.getByRole("button", { name: "React" }).click();
    const change = { id: "reaction-of-bob", user_id: "bob", conversation_id: "tea", target_seq: 1 };
    await server.store.log.append({ ...change, kind: "reaction", key: "👍", added: true });
    await own.getByRole("button", { name: "👍 2" }).click();
    await own.getByRole("button", { name: "👍 1" }).waitFor();
    await own.getByRole("button", { name: "Delete" }).click();
    await expect.poll(() => texts.allTextContents()).toEqual(["bob: Hi Ada"]);
    // The page shows the deletion before it is answered.
    const stored = () => server.store.messages.page("c:tea", { limit: 9, from: "newest" });
    await expect.poll(stored).toHaveLength(1);
    expect(complaints).toEqual([]);

    const headers = { "access-control-allow-origin": "*" };
    await page.route("**/messages.send", (route) => route.fulfill({ status: 403, headers }));
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("ChatError: 403").waitFor();
    await page.unroute("**/messages.send");
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    expect(await server.store.messages.page("c:tea", { limit: 9, from: "newest" })).toHaveLength(2);
  },
);

it("a worker sends and receives", async () => {
  await using server = await startServer();
  await using plain = await newProject("tests/consumers/programs");
  await using site = await startSite(plain.directory);
  const page = await browser.newPage();
  // Any page of the site may start it.
  await page.goto(`${site.url}/package.json`);
  const received = await page.evaluate(
    `new Promise((resolve, reject) => {
      const worker = new Worker("/worker.mjs", { type: "module" });
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(${JSON.stringify(server.url)});
    })`,
  );
  expect(received).toBe("1 Hello from a worker");
});

it("a server's bundle has all of the client inside and receives", async () => {
  await using server = await startServer();
  const hello = { id: "from-outside", conversation_id: "tea", user_id: "bob", content: "Hi" };
  await append(server.store, hello);
  await build("production", "--ssr", "src/server.ts", "--outDir", "server");
  const bundle = join(project.directory, "server/server.js");
  expect(await readFile(bundle, "utf8")).not.toMatch(/\bfrom\s*["']|\brequire\(/);
  const program = `
    const { firstMessage } = await import(${JSON.stringify(pathToFileURL(bundle))});
    console.log(await firstMessage(${JSON.stringify(server.url)}));`;
  const args = ["--input-type=module", "--eval", program];
  expect(await run(process.execPath, args, project.directory)).toBe("Hi");
});

// By the environment: a test has a NODE_ENV of its own, which counts for more than Vite's mode.
function build(mode: string, ...args: string[]): Promise<string> {
  const vite = join(project.directory, "node_modules/vite/bin/vite.js");
  const command = [`NODE_ENV=${mode}`, process.execPath, vite, "build", ...args];
  return run("env", command, project.directory);
}
