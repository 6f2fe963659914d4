import type { Message } from "@chatnest/client";
import type { Browser } from "playwright-core";
import { type RunningServer, startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { findFreePorts } from "../support/free-port.ts";
import type { PageOptions, Site, Tab } from "./site.ts";

/** Makes a server that can be killed and started again, on the same port and data, and a browser profile. */
export async function startWorld(browser: Browser, site: Site) {
  const [folder, context, [port = 0]] = await Promise.all([
    newFolder(),
    browser.newContext(),
    findFreePorts(1),
  ]);
  const url = `http://127.0.0.1:${port}`;
  let server: RunningServer | undefined;
  return {
    context,
    url,
    async start() {
      server = await startServer({ cwd: folder.path, env: { PORT: String(port) } });
    },
    kill: () => server?.stop("SIGKILL"),
    open: (options: Partial<PageOptions> = {}) =>
      site.open(context, { server: url, show: ["tea", "milk"], outbox: true, ...options }),
    /** Reads what the server has stored. */
    async stored(conversation_id: string): Promise<string[]> {
      const response = await fetch(`${url}/messages/${conversation_id}`);
      const messages = (await response.json()) as Message[];
      return messages.map(({ content }) => content);
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      await server?.stop("SIGKILL");
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Waits until all that was typed outlives the tab. */
export function untilSaved({ page }: Tab): Promise<unknown> {
  return page.evaluate("outbox.saved()");
}

/** Returns the numbers from one to another, as messages. */
export function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, n) => `${from + n}`);
}
