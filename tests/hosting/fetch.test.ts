import { openSqliteStore } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { say, upTo } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { overStore } from "../support/stores.ts";
import { mount, openRoom, post } from "./mounted.ts";

const base = "http://chat.example";
const ann = { "x-user": "ann" };

function get(path: string, init: RequestInit = {}): Request {
  return new Request(base + path, { headers: { "x-user": "server" }, ...init });
}

/** Reads a stream until its text is as wanted. */
async function readUntil(response: Response, isSo: (text: string) => boolean) {
  const reader = (response.body ?? new ReadableStream()).getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!isSo(text)) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  return { text, reader };
}

function seqsOf(text: string): number[] {
  return [...text.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));
}

describe("fetch alone", () => {
  it("answers as the server does, but for what is about a connection", async () => {
    await using mounted = mount();
    await openRoom(mounted.chat);
    const sent = await post(mounted.chat.fetch, { content: "Hi", conversation_id: "room" });
    expect(sent.status).toBe(201);
    const tooLarge = await post(mounted.chat.fetch, { content: "x".repeat(300_000) });
    expect([tooLarge.status, tooLarge.headers.get("connection")]).toEqual([413, null]);
    const read = await mounted.chat.fetch(get("/messages/room", { headers: ann }));
    expect(await read.json()).toMatchObject([{ content: "Hi" }]);
    const head = await mounted.chat.fetch(get("/messages/room/events", { method: "HEAD" }));
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  it("sends the same bytes of events as a server on a port", async () => {
    const store = openSqliteStore(":memory:");
    await using server = await startServer({ store });
    await using mounted = mount({ store });
    await say(store, "room", 3);
    const path = "/messages/room/events?after=0";
    const answers = [await mounted.chat.fetch(get(path)), await fetch(server.url + path)];
    const texts = await Promise.all(
      answers.map(async (answer) => {
        const { text, reader } = await readUntil(answer, (read) => seqsOf(read).length === 3);
        await reader.cancel();
        return text.replace(/^retry: \d+/, "retry: 1");
      }),
    );
    expect(texts[0]).toBe(texts[1]);
    const shown = ["content-type", "cache-control", "x-accel-buffering"];
    const [own, other] = answers.map(({ headers }) => shown.map((name) => headers.get(name)));
    expect(own).toEqual(other);
  });
});

describe("a live stream over fetch alone", () => {
  it("frees its slot when its body is cancelled, read or not", async () => {
    await using mounted = mount();
    // More than one user may have at a time.
    for (let round = 0; round < 250; round++) {
      const answer = await mounted.chat.fetch(get("/users/ann/events", { headers: ann }));
      const isRead = round % 2 === 0;
      if (isRead) {
        const { text, reader } = await readUntil(answer, (read) => read.includes("event: "));
        expect(text).toContain("event: heads");
        await reader.cancel();
      } else await answer.body?.cancel();
    }
  });

  it.each(["/users/ann/events", `/trpc/live.user?input=${encodeURIComponent("{}")}`])(
    "frees its slot when the request is aborted: %s",
    async (path) => {
      await using mounted = mount();
      for (let round = 0; round < 120; round++) {
        const leaving = new AbortController();
        const request = get(path, { headers: ann, signal: leaving.signal });
        // Before it is asked, before it answers, after its first event.
        if (round % 3 === 0) leaving.abort();
        const answering = mounted.chat.fetch(request);
        if (round % 3 === 1) leaving.abort();
        const answer = await answering;
        if (round % 3 !== 2) continue;
        const { reader } = await readUntil(answer, (read) => read.includes("event: "));
        leaving.abort();
        await expect(reader.read()).rejects.toThrow();
      }
    },
  );

  it("frees the slot of tRPC's when its body is cancelled", async () => {
    await using mounted = mount();
    const path = `/trpc/live.user?input=${encodeURIComponent("{}")}`;
    for (let round = 0; round < 120; round++) {
      const answer = await mounted.chat.fetch(get(path, { headers: ann }));
      const { text, reader } = await readUntil(answer, (read) => read.includes("heads"));
      expect(text).toContain('"type":"heads"');
      await reader.cancel();
    }
  });

  it("reaches hundreds at once, and each gets everything once", async () => {
    await using mounted = mount();
    const { chat } = mounted;
    const answers = await Promise.all(
      Array.from({ length: 400 }, () => chat.fetch(get("/messages/room/events?after=0"))),
    );
    const reading = answers.map((answer) => readUntil(answer, (read) => seqsOf(read).includes(20)));
    for (let n = 0; n < 4; n++) await say(chat.store, "room", 5);
    for (const { text, reader } of await Promise.all(reading)) {
      expect(seqsOf(text)).toEqual(upTo(20));
      await reader.cancel();
    }
  });

  it("holds little for a slow reader, who still gets everything", async () => {
    await using mounted = mount();
    const { chat } = mounted;
    const answer = await chat.fetch(get("/messages/room/events?after=0"));
    const { reader } = await readUntil(answer, (read) => read.includes("event: ready"));
    const content = "x".repeat(16_000);
    for (let n = 0; n < 40; n++) {
      const sending = Array.from({ length: 50 }, () =>
        post(chat.fetch, { content, conversation_id: "room" }, { user: "server" }),
      );
      await Promise.all(sending.map(async (sent) => (await sent).status));
    }
    const decoder = new TextDecoder();
    const seqs: number[] = [];
    // Whole events come at once, so that no text of all of them has to be searched.
    while (seqs.length < 2_000) {
      const { done, value } = await reader.read();
      if (done) break;
      seqs.push(...seqsOf(decoder.decode(value)));
    }
    expect(seqs).toEqual(upTo(2_000));
    await reader.cancel();
  });

  it("ends with an event when ChatNest stops, and takes no more after that", async () => {
    await using mounted = mount();
    const answer = await mounted.chat.fetch(get("/messages/room/events"));
    const reading = readUntil(answer, () => false);
    await mounted.chat.close();
    expect((await reading).text).toMatch(/event: unavailable\ndata: .*\n\n$/);
    const later = await mounted.chat.fetch(get("/messages/room/events"));
    expect(await later.text()).toContain("event: unavailable");
  });
});

describe("an array over fetch alone", () => {
  it("fails, and is never whole, after an error half-way", async () => {
    const store = openSqliteStore(":memory:");
    await say(store, "room", 1_500);
    let reads = 0;
    const failing = overStore(store, {
      messages: {
        readOn: (stream, range) => {
          if (++reads > 1) throw new Error("the disk is gone");
          return store.messages.readOn(stream, range);
        },
      },
    });
    await using mounted = mount({ store: failing });
    const answer = await mounted.chat.fetch(get("/messages/room"));
    expect(answer.status).toBe(200);
    await expect(answer.text()).rejects.toThrow();
    expect(mounted.log).toMatchObject([{ msg: "answer cut off half-way" }]);
    await store.close();
  });

  it("frees its slot when it is read, cancelled or aborted", async () => {
    await using mounted = mount();
    await say(mounted.chat.store, "room", 500);
    for (let round = 0; round < 90; round++) {
      const leaving = new AbortController();
      const answer = await mounted.chat.fetch(get("/messages/room", { signal: leaving.signal }));
      expect(answer.status).toBe(200);
      if (round % 3 === 0) expect(await answer.json()).toHaveLength(500);
      if (round % 3 === 1) await answer.body?.cancel();
      if (round % 3 === 2) leaving.abort();
    }
    const asAnn = await Promise.all(
      Array.from({ length: 60 }, async () => {
        const answer = await mounted.chat.fetch(get("/conversations/ann", { headers: ann }));
        if (answer.status === 200) await answer.text();
        return answer.status;
      }),
    );
    expect(asAnn.filter((status) => status === 200).length).toBeGreaterThanOrEqual(20);
  });
});
