import type { BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { type HttpServer, startHttp } from "../sdk/http.ts";
import { bundle } from "./bundle.ts";

/** A web site with the page of the tests. */
export interface Site extends HttpServer {
  /** Opens the page in a tab, as a person does. */
  open(context: BrowserContext, options: PageOptions): Promise<Tab>;
}

/** What the page shows. */
export interface PageOptions {
  /** URL of the server. */
  server: string;
  /** What it shows: `inbox`, `unread`, `outbox`, `suspended`, or ids of conversations. */
  show: readonly string[];
  /** @default ada */
  user?: string;
  /** Whether messages go through an outbox. @default false */
  outbox?: boolean;
  /** Runs in the page before its script. */
  before?: string;
}

/** The page in a tab. */
export interface Tab {
  page: Page;
  /** Types a message and sends it with the enter key. */
  type(conversation_id: string, content: string): Promise<void>;
  /** Reads the lines of a conversation. */
  lines(conversation_id: string): Promise<string[]>;
  /** Shows other panels. */
  show(panels: readonly string[]): Promise<void>;
  /** Paths of the streams that were opened. */
  streams: string[];
  /** What the page complained of, but for requests that failed. */
  complaints: string[];
}

/** Builds the page, and serves it, with the HTML that a server has rendered. */
export async function startPageSite(html = ""): Promise<Site> {
  const script = await bundle("main.tsx");
  const site = await startHttp((request, response) => {
    const isScript = request.url === "/main.js";
    const type = isScript ? "text/javascript" : "text/html";
    response.setHeader("content-type", `${type}; charset=utf-8`);
    response.end(isScript ? script : toHtml(html));
  });
  return { ...site, open: (context, options) => openTab(context, site.url, options) };
}

function toHtml(html: string): string {
  const icon = '<link rel="icon" href="data:,">';
  return `<!doctype html><title>Chat</title>${icon}<div id="root">${html}</div><script type="module" src="/main.js"></script>`;
}

async function openTab(context: BrowserContext, site: string, options: PageOptions): Promise<Tab> {
  const { server, show, user = "ada", outbox = false, before } = options;
  const page = await context.newPage();
  if (before) await page.addInitScript(before);
  const streams: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.endsWith("/events") && request.method() === "GET") streams.push(pathname);
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (line) => {
    const isNetwork = line.text().startsWith("Failed to load resource");
    if (line.type() === "error" && !isNetwork) complaints.push(line.text());
  });
  const query = new URLSearchParams({ server, user, ...(outbox && { outbox: "yes" }) });
  for (const panel of show) query.append("show", panel);
  await page.goto(`${site}/?${query}`);
  const section = (id: string) => page.locator(`section[aria-label="${id}"]`).first();
  return {
    page,
    streams,
    complaints,
    async type(id, content) {
      const field = section(id).getByRole("textbox");
      await field.fill(content);
      await field.press("Enter");
    },
    lines: (id) => section(id).locator("li > span").allTextContents(),
    async show(panels) {
      await page.evaluate(`show(${JSON.stringify(panels)})`);
    },
  };
}

/** Waits until a conversation shows these lines, and nothing else. */
export async function expectLines(tab: Tab, id: string, lines: readonly string[]): Promise<void> {
  await expect.poll(() => tab.lines(id)).toEqual(lines);
}
