import { once } from "node:events";
import { chmodSync, lstatSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";
import { type ChatStore, isStoreError } from "@chatnest/db";
import { CommandError } from "../command-error.ts";
import type { AnyStoreCommand } from "./command.ts";
import { toFrame } from "./frames.ts";
import { isSocketPath } from "./socket-path.ts";

/** What the admin socket gives access to. */
export interface ListenAdminOptions {
  /** By their names. */
  commands: readonly AnyStoreCommand[];
  store: ChatStore;
  /** Called when there can be no socket, and for unexpected errors of commands. */
  warn(text: string, error?: unknown): void;
}

/** An open admin socket. */
export interface AdminSocket {
  /** Stops the commands under way and removes the socket. */
  close(): Promise<void>;
}

/**
 * Listens on a Unix socket for commands that need the store of this process: `POST /<name>` with the input as JSON. Only the user of
 * the process can connect. Whatever lies at the path is of a process that ended, since this one has the store.
 *
 * Without a socket the server does all else, so a failure is a warning.
 */
export async function listenAdmin(path: string, options: ListenAdminOptions): Promise<AdminSocket> {
  const none: AdminSocket = { close: async () => {} };
  if (!isSocketPath(path)) {
    options.warn("the path of the admin socket is too long: choose a shorter CHATNEST_DATA");
    return none;
  }
  const stopped = new AbortController();
  const server = createServer((request, response) => {
    void answer(request, response, { ...options, stop: stopped.signal });
  });
  try {
    removeStale(path);
    // Nobody else may connect, not even before its mode is set.
    const umask = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(umask);
    }
    await once(server, "listening");
    chmodSync(path, 0o600);
  } catch (error) {
    server.close();
    options.warn("cannot listen on the admin socket", error);
    return none;
  }
  server.unref();
  return {
    async close() {
      stopped.abort();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      rmSync(path, { force: true });
    },
  };
}

function removeStale(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) throw new Error(`${path} is not a socket`);
  rmSync(path);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { commands, store, warn, stop }: ListenAdminOptions & { stop: AbortSignal },
): Promise<void> {
  const command = commands.find(({ name }) => request.url === `/${name}`);
  if (!command || request.method !== "POST") {
    response.writeHead(404).end();
    return;
  }
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  // What is written after the caller has gone goes nowhere.
  response.on("error", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, stop]);

  async function write(bytes: Uint8Array | string): Promise<void> {
    const buffer = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
    if (buffer.length === 0) return;
    signal.throwIfAborted();
    response.write(toFrame({ bytes: buffer.length }));
    if (!response.write(buffer)) await once(response, "drain", { signal });
  }

  try {
    response.writeHead(200, { "content-type": "application/octet-stream" }).flushHeaders();
    const result = await command.call(await json(request), {
      store,
      isAlone: false,
      signal,
      progress: (progress) => response.write(toFrame({ progress })),
      write,
    });
    response.end(toFrame({ result: result ?? null }));
  } catch (error) {
    const isKnown = error instanceof CommandError || isStoreError(error);
    if (!isKnown && !signal.aborted) warn(`the command ${command.name} failed`, error);
    const message = error instanceof Error ? error.message : String(error);
    response.end(toFrame({ error: { message, isKnown } }));
  }
}
