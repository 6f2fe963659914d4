import { setTimeout as delay } from "node:timers/promises";
import { openSqliteStore } from "@chatnest/db";
import { createChatNest } from "chatnest";
import { describe, expect, it } from "vitest";
import { mount, openRoom, post } from "./mounted.ts";

const json = { "content-type": "application/json", "x-user": "ann" };

describe("hooks of a ChatNest that is mounted", () => {
  it("refuse with 403 and their text, over REST and tRPC, and nothing is stored", async () => {
    await using mounted = mount({
      hooks: { before: { send: () => ({ refuse: "no links, please" }) } },
    });
    const { chat } = mounted;
    await openRoom(chat);
    const refused = await post(chat.fetch, { content: "http://", conversation_id: "room" });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: "forbidden", detail: "no links, please" });
    for (const name of ["messages.send", "notes.send"]) {
      const body = JSON.stringify({
        content: "http://",
        ...(name === "messages.send" && { conversation_id: "room" }),
      });
      const url = `http://chat.example/trpc/${name}`;
      const answer = await chat.fetch(new Request(url, { method: "POST", headers: json, body }));
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ error: { message: "no links, please" } });
    }
    expect(await chat.store.log.page("c:room", { limit: 10, from: "newest" })).toEqual([]);
    expect(await chat.store.log.page("n:ann", { limit: 10, from: "newest" })).toEqual([]);
    expect(mounted.log).toEqual([]);
  });

  it("fail closed: 503 with the id, the error in the log, and nothing stored", async () => {
    let isBroken = true;
    await using mounted = mount({
      hookTimeoutMs: 50,
      hooks: {
        before: {
          send: () => {
            if (isBroken) throw new Error("the checker is away");
          },
        },
      },
    });
    const { chat } = mounted;
    await openRoom(chat);
    const failed = await post(chat.fetch, { content: "Hi", conversation_id: "room" });
    expect([failed.status, failed.headers.get("retry-after")]).toEqual([503, expect.any(String)]);
    const { id } = (await failed.json()) as { id: string };
    expect(JSON.stringify(mounted.log)).toContain("the checker is away");
    expect(await chat.store.log.page("c:room", { limit: 10, from: "newest" })).toEqual([]);
    isBroken = false;
    const again = await post(chat.fetch, { id, content: "Hi", conversation_id: "room" });
    expect(again.status).toBe(201);
  });

  it("change what is stored, and a repeat by Idempotency-Key gets the same answer", async () => {
    let calls = 0;
    await using mounted = mount({
      hooks: { before: { send: ({ message }) => ({ content: `${message.content} ${++calls}` }) } },
    });
    const { chat } = mounted;
    await openRoom(chat);
    const send = async () => {
      const request = new Request("http://chat.example/messages/", {
        method: "POST",
        headers: { ...json, "idempotency-key": "once" },
        body: JSON.stringify({ content: "Hi", conversation_id: "room" }),
      });
      const answer = await chat.fetch(request);
      return [answer.status, await answer.json()];
    };
    const [first, second] = [await send(), await send()];
    expect([first[0], second[0], calls]).toEqual([201, 200, 1]);
    expect(second[1]).toEqual(first[1]);
    expect(first[1]).toMatchObject({ content: "Hi 1" });
  });

  it("tell of what is stored without holding it up, and are waited for by the stop", async () => {
    const told: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    await using mounted = mount({
      hooks: {
        on: {
          async message({ content }) {
            await promise;
            told.push(content);
            if (content === "one") throw new Error("the mailer is away");
          },
        },
      },
    });
    await openRoom(mounted.chat);
    for (const content of ["one", "two"]) {
      const sent = await post(mounted.chat.fetch, { content, conversation_id: "room" });
      expect(sent.status).toBe(201);
    }
    expect(told).toEqual([]);
    resolve();
    await mounted.chat.close();
    expect(told).toEqual(["one", "two"]);
    expect(mounted.log).toMatchObject([{ hook: "on.message", msg: "a hook failed" }]);
  });
});

describe("the stop of a ChatNest that is mounted", () => {
  it("waits for on.message, also when it may take for ever", async () => {
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    await using mounted = mount({
      hooks: {
        on: {
          async message() {
            begun.resolve();
            await ended.promise;
          },
        },
      },
    });
    await openRoom(mounted.chat);
    await post(mounted.chat.fetch, { content: "one", conversation_id: "room" });
    await begun.promise;
    let isClosed = false;
    const closing = mounted.chat.close({ graceMs: Number.POSITIVE_INFINITY }).then(() => {
      isClosed = true;
    });
    // Longer than the timer of 1 ms that Node makes of such a time.
    await expect
      .poll(() => mounted.chat.fetch(new Request("http://h/readyz")))
      .toMatchObject({
        status: 503,
      });
    await delay(50);
    expect(isClosed).toBe(false);
    ended.resolve();
    await closing;
  });
});

describe("rules of a ChatNest that is mounted", () => {
  it("answer 403 to whom they exclude", async () => {
    await using mounted = mount({
      rules: { "messages.send": "servers", "live.conversation": "nobody" },
    });
    const { chat } = mounted;
    await openRoom(chat);
    const message = { content: "Hi", conversation_id: "room" };
    expect((await post(chat.fetch, message)).status).toBe(403);
    expect((await post(chat.fetch, message, { user: "server" })).status).toBe(201);
    const headers = { "x-user": "server" };
    const url = "http://chat.example/messages/room/events";
    expect((await chat.fetch(new Request(url, { headers }))).status).toBe(403);
  });
});

describe("the store of a ChatNest that is mounted", () => {
  it("is closed with it where it has opened it, and else not", async () => {
    const store = openSqliteStore(":memory:");
    const given = createChatNest({ store, trust: "everyone" });
    await given.close();
    await store.ping();
    await store.close();
    const own = createChatNest({ store: { sqlite: ":memory:" }, trust: "everyone" });
    await own.ready;
    await own.close();
    await own.close();
    await expect(own.store.ping()).rejects.toMatchObject({ code: "closed" });
  });

  it("may be a MongoDB that is away: it answers 503, and stops", async () => {
    const mongodb = "mongodb://127.0.0.1:1/chatnest";
    await using mounted = mount({ store: { mongodb } });
    const ready = await mounted.chat.fetch(new Request("http://chat.example/readyz"));
    expect(ready.status).toBe(503);
  });
});
