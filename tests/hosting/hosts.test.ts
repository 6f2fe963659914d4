import { createServer } from "node:http";
import type { AppRouter } from "@chatnest/api";
import { createTRPCClient, httpLink } from "@trpc/client";
import express from "express";
import { describe, expect, it } from "vitest";
import { SseReader } from "../support/sse-reader.ts";
import { hosts, listen } from "./hosts.ts";
import { mount, openRoom, post } from "./mounted.ts";

const ann = { headers: { "x-user": "ann" } };

describe.each(Object.entries(hosts))("ChatNest in %s", (_, serve) => {
  it("serves REST, its docs and errors, beside what is the host's own", async () => {
    await using mounted = mount({ basePath: "/chat" });
    await openRoom(mounted.chat);
    await using host = await listen(serve(mounted.chat));
    expect(await (await fetch(`${host.origin}/own`)).text()).toBe("own");
    const sent = await post(fetch, { content: "Hi", conversation_id: "room" }, host);
    expect(sent.status).toBe(201);
    const read = await fetch(`${host.url}/messages/room`, ann);
    expect(await read.json()).toMatchObject([{ content: "Hi", seq: 1, user_id: "ann" }]);
    expect((await fetch(`${host.url}/messages/room`)).status).toBe(401);
    expect((await fetch(`${host.url}/nothing`, ann)).status).toBe(404);
    const page = await (await fetch(`${host.url}/docs`)).text();
    const script = /src="(\/chat\/docs\/start.js)"/.exec(page)?.[1];
    expect(await (await fetch(`${host.origin}${script}`)).text()).toContain("/chat/openapi.json");
    const start = await fetch(`${host.url}/`, { redirect: "manual" });
    expect([start.status, start.headers.get("location")]).toEqual([302, "/chat/docs"]);
    expect((await fetch(`${host.url}/readyz`)).status).toBe(200);
  });

  it("shows its metrics to servers alone", async () => {
    await using mounted = mount({ basePath: "/chat" });
    await using host = await listen(serve(mounted.chat));
    const read = (user?: string) =>
      fetch(`${host.url}/metrics`, { headers: user === undefined ? {} : { "x-user": user } });
    const answers = await Promise.all([read(), read("ann"), read("server")]);
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 200]);
    expect(await answers[2]?.text()).toContain("chatnest_");
  });

  it("serves tRPC", async () => {
    await using mounted = mount({ basePath: "/chat" });
    await openRoom(mounted.chat);
    await using host = await listen(serve(mounted.chat));
    const links = [httpLink({ url: `${host.url}/trpc`, ...ann })];
    const client = createTRPCClient<AppRouter>({ links });
    await client.messages.send.mutate({ user_id: "ann", content: "Hi", conversation_id: "room" });
    const { messages } = await client.messages.page.query({ conversation_id: "room" });
    expect(messages).toMatchObject([{ content: "Hi" }]);
  });

  it("serves live events, and ends them with an event when it stops", async () => {
    await using mounted = mount({ basePath: "/chat" });
    await openRoom(mounted.chat);
    await using host = await listen(serve(mounted.chat));
    await post(fetch, { content: "one", conversation_id: "room" }, host);
    await using reader = await SseReader.open(`${host.url}/messages/room/events?after=0`, ann);
    await reader.until(({ seqs }) => seqs.length === 1);
    await post(fetch, { content: "two", conversation_id: "room" }, host);
    await reader.until(({ seqs }) => seqs.length === 2);
    await mounted.chat.close();
    await reader.ended;
    expect(reader.events.at(-1)).toMatchObject({ event: "unavailable" });
    expect((await fetch(`${host.url}/readyz`)).status).toBe(503);
    expect((await post(fetch, { content: "three", conversation_id: "room" }, host)).status).toBe(
      503,
    );
  });

  it("frees what a live stream holds when its client leaves", async () => {
    await using mounted = mount({ basePath: "/chat" });
    await openRoom(mounted.chat);
    await using host = await listen(serve(mounted.chat));
    const path = `${host.url}/users/ann/events`;
    for (let round = 0; round < 3; round++) {
      const readers = await Promise.all(
        Array.from({ length: 100 }, () => SseReader.open(path, ann)),
      );
      await Promise.all(readers.map((reader) => reader.until((one) => one.events.length > 0)));
      await Promise.all(readers.map((reader) => reader.close()));
      // As many as one user may have: the next round needs the slots of this one.
      await expect
        .poll(async () => {
          await using one = await SseReader.open(path, ann);
          await one.until(({ events }) => events.length > 0);
          return one.events[0]?.event;
        })
        .toBe("heads");
    }
  });
});

describe("ChatNest in Express behind what reads bodies", () => {
  it("answers at once, and says in the log what is wrong", async () => {
    await using mounted = mount({ basePath: "/chat" });
    const app = express();
    app.use(express.json());
    app.use("/chat", mounted.chat.nodeListener);
    await using host = await listen(createServer(app));
    expect((await post(fetch, { content: "Hi" }, host)).status).toBe(500);
    expect(mounted.log).toMatchObject([{ msg: expect.stringContaining("before what reads") }]);
    expect((await fetch(`${host.url}/livez`)).status).toBe(200);
  });
});
