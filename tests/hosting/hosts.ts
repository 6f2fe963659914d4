import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import type { ChatNest } from "chatnest";
import express from "express";
import { Hono } from "hono";

/** Somebody's own server, which has a ChatNest below `/chat` and a path of its own. */
export interface Host extends AsyncDisposable {
  /** Where ChatNest is. */
  url: string;
  /** Where the server is. */
  origin: string;
}

/** Makes a server of a ChatNest that is served below `/chat`. */
type Serve = (chat: ChatNest) => Server;

/** The ways to host it. */
export const hosts: Record<string, Serve> = {
  "Hono, by fetch": (chat) => {
    const app = new Hono();
    app.get("/own", (c) => c.text("own"));
    app.all("/chat/*", (c) => chat.fetch(c.req.raw));
    return createAdaptorServer({ fetch: app.fetch }) as Server;
  },
  "Express, as a Node listener": (chat) => {
    const app = express();
    app.get("/own", (_, response) => void response.send("own"));
    app.use("/chat", chat.nodeListener);
    return createServer(app);
  },
  "Express, behind a middleware that changes the response": (chat) => {
    const app = express();
    app.use((_, response, next) => {
      const { write } = response;
      // As compression does.
      response.write = ((...args: Parameters<typeof write>) =>
        write.apply(response, args)) as typeof write;
      next();
    });
    app.get("/own", (_, response) => void response.send("own"));
    app.use("/chat", chat.nodeListener);
    return createServer(app);
  },
  "node:http": (chat) => {
    const listen: RequestListener = (request, response) => {
      if (request.url?.startsWith("/chat/")) void chat.nodeListener(request, response);
      else response.end("own");
    };
    return createServer(listen);
  },
};

/** Listens on a free port of loopback. */
export async function listen(server: Server): Promise<Host> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: `${origin}/chat`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
