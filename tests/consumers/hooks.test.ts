import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append } from "../support/append.ts";
import { startChromium } from "../support/chromium.ts";
import { findFreePorts } from "../support/free-port.ts";
import { startGuarded } from "../support/guarded-process.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { until } from "../support/until.ts";
import { newProject, type Project } from "./project.ts";
import { run } from "./run.ts";
import { startSite } from "./site.ts";
import { compilerVersions, toCompiler } from "./tools.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());

/** Collects what a page complains of. */
function listen(page: Page): string[] {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
  return complaints;
}

/** Counts the streams of a conversation that a page opens. */
function countStreams(page: Page): { count: number } {
  const streams = { count: 0 };
  page.on("request", (request) => {
    if (request.url().includes("/messages/tea/events")) streams.count++;
  });
  return streams;
}

async function expectChat(page: Page, { store }: TestServer): Promise<void> {
  await page.getByText("live", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("ada: Hello (confirmed)").waitFor();
  await append(store, {
    id: "from-outside",
    conversation_id: "tea",
    user_id: "bob",
    content: "Hi",
  });
  await page.getByText("bob: Hi (confirmed)").waitFor();
}

async function untilAnswers(url: string): Promise<void> {
  await until(async () => (await fetch(url)).ok, { timeoutMs: 60_000, what: `${url} answers` });
}

// The oldest that the hooks name as their peer, and the newest.
describe.each(["18.2.0", "19"])("hooks in a Vite project, React %s", (version) => {
  let project: Project;
  beforeAll(async () => {
    project = await newProject("examples/hooks", { react: version, "react-dom": version });
  });
  afterAll(() => project?.[Symbol.asyncDispose]());

  it.each(compilerVersions)("compile with TypeScript %s", async (compiler) => {
    const args = [toCompiler(compiler), "--project", "tsconfig.json", "--skipLibCheck", "false"];
    expect(await run(process.execPath, args, project.directory)).toBe("");
  });

  it.each(["production", "development"])("send and receive, built for %s", async (mode) => {
    await using server = await startServer();
    const vite = join(project.directory, "node_modules/vite/bin/vite.js");
    await run("env", [`NODE_ENV=${mode}`, process.execPath, vite, "build"], project.directory);
    await using site = await startSite(join(project.directory, "dist"));
    await using context = await browser.newContext();
    const page = await context.newPage();
    const complaints = listen(page);
    await page.goto(`${site.url}/index.html?server=${encodeURIComponent(server.url)}`);
    await expectChat(page, server);
    await page.getByRole("button", { name: "tea: 1 unread" }).click();
    await page.getByText("Inbox (0)").waitFor();
    expect(complaints).toEqual([]);
  });

  it("open nothing twice when a module is replaced while they run", async () => {
    await using server = await startServer();
    const [port = 0] = await findFreePorts(1);
    const { directory } = project;
    const vite = join(directory, "node_modules/vite/bin/vite.js");
    const options = ["--host", "127.0.0.1", "--port", String(port), "--strictPort"];
    const dev = startGuarded(process.execPath, [vite, directory, ...options], {
      PATH: process.env["PATH"],
    });
    try {
      const url = `http://127.0.0.1:${port}`;
      await untilAnswers(url);
      await using context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${url}/?server=${encodeURIComponent(server.url)}`);
      await expectChat(page, server);
      const streams = countStreams(page);
      const file = join(directory, "src/chat.tsx");
      const code = await readFile(file, "utf8");
      await writeFile(file, code.replace("Send", "Post"));
      await page.getByRole("button", { name: "Post" }).click();
      await expect.poll(() => page.getByText("ada: Hello (confirmed)").count()).toBe(2);
      await writeFile(file, code);
      await page.getByRole("button", { name: "Send" }).waitFor();
      expect(streams.count).toBe(0);
    } finally {
      await dev.kill();
    }
  });
});

describe("hooks in a Next.js app", () => {
  it("build, render on the server, and go on in the browser", async () => {
    await using project = await newProject("examples/next");
    await using server = await startServer();
    const { directory } = project;
    const next = join(directory, "node_modules/next/dist/bin/next");
    await run("env", ["NEXT_TELEMETRY_DISABLED=1", process.execPath, next, "build"], directory);
    const [port = 0] = await findFreePorts(1);
    const options = ["--hostname", "127.0.0.1", "--port", String(port)];
    const app = startGuarded(process.execPath, [next, "start", directory, ...options], {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
    });
    try {
      const url = `http://127.0.0.1:${port}/?server=${encodeURIComponent(server.url)}`;
      await untilAnswers(url);
      const html = await (await fetch(url)).text();
      expect(html).toContain("<main><output>connecting</output><ol></ol>");
      await using context = await browser.newContext();
      const page = await context.newPage();
      const complaints = listen(page);
      await page.goto(url);
      await expectChat(page, server);
      expect(complaints).toEqual([]);
    } finally {
      await app.kill();
    }
  }, 240_000);
});
