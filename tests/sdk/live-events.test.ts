import { createChatClient, type UserEvent } from "@chatnest/client";
import { describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { Heard } from "./heard.ts";
import { startHttp } from "./http.ts";
import { heads, message, write } from "./wire.ts";

/** Starts a server, newer or odder than ours, with one stream for each connection; the last stays open. */
function startOdd(streams: string[]) {
  let count = 0;
  return startHttp((request, response) => {
    if (!request.url?.includes("/events")) return void response.writeHead(500).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(streams[count++] ?? "");
    if (count < streams.length) response.end();
  });
}

describe("a follower of a conversation", () => {
  const ready = write("ready", { conversation_id: "tea", last_seq: 0 }, "e-0");

  test("passes on what it does not know, and goes on", async () => {
    const newer = { ...message("tea", 1), reactions: { "🍵": 2 } };
    await using odd = await startOdd([
      ready +
        write("reaction", { seq: 1, emoji: "🍵" }) +
        "event: plain\ndata: no JSON\n\n" +
        write("message", newer, "e-1") +
        write("message", message("tea", 4), "e-4"),
    ]);
    const heard = new Heard();
    const subscription = createChatClient({ url: odd.url }).conversation("tea").subscribe(heard);
    await heard.until(({ messages }) => messages.length === 2);
    subscription.close();
    expect(heard.events.slice(1)).toEqual([
      { type: "unknown", event: "reaction", data: { seq: 1, emoji: "🍵" } },
      { type: "unknown", event: "plain", data: "no JSON" },
    ]);
    expect(heard.messages).toEqual([newer, message("tea", 4)]);
    expect(heard.positions).toEqual(["e-1", "e-4"]);
  });

  test("hands over nothing twice, whatever comes again", async () => {
    const first = write("message", message("tea", 1), "e-1");
    await using odd = await startOdd([
      ready + first + first,
      ready + first + write("message", message("tea", 2), "e-2"),
    ]);
    const heard = new Heard();
    const subscription = createChatClient({ url: odd.url }).conversation("tea").subscribe(heard);
    await heard.until(({ messages }) => messages.length >= 2);
    subscription.close();
    expect(heard.seqsOf("tea")).toEqual([1, 2]);
    expect(heard.kinds).toEqual(["ready"]);
  });

  test("says that an event is not what it should be, and comes back", async () => {
    await using odd = await startOdd([
      ready + write("message", null),
      ready + write("message", message("tea", 1), "e-1"),
    ]);
    const heard = new Heard();
    const subscription = createChatClient({ url: odd.url }).conversation("tea").subscribe(heard);
    await heard.until(({ messages }) => messages.length === 1);
    subscription.close();
    expect(heard.states).toContainEqual({
      status: "offline",
      error: expect.objectContaining({ code: "unexpected_answer", cause: expect.any(TypeError) }),
      retryInMs: expect.any(Number),
    });
  });

  test("calls all handlers on the object that has them", async () => {
    await using odd = await startOdd([ready + write("message", message("tea", 1), "e-1")]);
    class Screen {
      readonly calls = new Set<string>();
      onMessage() {
        this.calls.add("onMessage");
      }
      onEvent() {
        this.calls.add("onEvent");
      }
      onState() {
        this.calls.add("onState");
      }
    }
    const screen = new Screen();
    const subscription = createChatClient({ url: odd.url }).conversation("tea").subscribe(screen);
    await until(() => screen.calls.size === 3, { timeoutMs: 5_000, what: "all are called" });
    subscription.close();
  });

  test("asks for ids of any characters", async () => {
    const asked: (string | undefined)[] = [];
    await using odd = await startHttp((request, response) => {
      asked.push(request.url);
      response.writeHead(422, { "content-type": "application/problem+json" });
      response.end(JSON.stringify({ code: "validation_failed", detail: "no" }));
    });
    const chat = createChatClient({ url: odd.url });
    const onMessage = () => {};
    const options = { after: "e-1", onMessage };
    const { closed } = chat.conversation("a/b ?#ä").subscribe(options);
    expect(await closed).toMatchObject({ code: "validation_failed" });
    expect(asked).toEqual(["/messages/a%2Fb%20%3F%23%C3%A4/events?after=e-1"]);
    const broken = chat.conversation("\uD800").subscribe({ onMessage });
    expect(await broken.closed).toMatchObject({ code: "bad_request" });
  });

  test.each(["", ".", ".."])("refuses an id that would lead to another path: %j", async (id) => {
    const asked: (string | undefined)[] = [];
    await using other = await startHttp((request, response) => {
      asked.push(request.url);
      response.end("[]");
    });
    const chat = createChatClient({ url: other.url });
    for (const line of [chat.conversation(id), chat.user(id)]) {
      const { closed } = line.subscribe({ onMessage: () => expect.fail() });
      expect(await closed).toMatchObject({ code: "bad_request", status: undefined });
    }
    expect(asked).toEqual([]);
  });

  test("refuses a place that no URL can carry, as a subscription and as a loop", async () => {
    const tea = createChatClient({ url: "http://localhost" }).conversation("tea");
    const refused = { code: "bad_request" };
    const { closed } = tea.subscribe({ after: "\uD800", onMessage: () => expect.fail() });
    expect(await closed).toMatchObject(refused);
    await expect(tea.events({ after: "\uD800" }).next()).rejects.toMatchObject(refused);
  });
});

describe("a follower of a user", () => {
  const joined = (conversation_id: string, last_seq: number) =>
    write("joined", { conversation_id, user_id: "ada", last_seq });

  test("takes each message once, each joining once, and tells of one that it had to find out", async () => {
    const stream =
      heads(["tea", 2]) +
      write("message", message("tea", 2)) +
      write("message", message("tea", 3)) +
      write("message", message("tea", 3)) +
      joined("tea", 1) +
      joined("tea", 3) +
      write("left", { conversation_id: "unheard-of", user_id: "ada", last_seq: 1 }) +
      write("message", message("milk", 8)) +
      joined("milk", 7) +
      write("typing", { user_id: "ann" }) +
      write("message", message("milk", 9));
    await using odd = await startOdd([
      stream,
      heads(["tea", 1]) + write("message", message("tea", 4)),
    ]);
    const heard = new Heard<UserEvent>();
    const subscription = createChatClient({ url: odd.url }).user("ada").subscribe(heard);
    await heard.until(({ messages }) => messages.length >= 4);
    subscription.close();
    expect(heard.seqsOf("tea")).toEqual([3, 4]);
    expect(heard.seqsOf("milk")).toEqual([8, 9]);
    expect(heard.events).toEqual([
      { type: "heads", heads: [{ conversation_id: "tea", last_seq: 2 }] },
      { type: "joined", conversation_id: "milk", user_id: "ada", last_seq: 7 },
      { type: "unknown", event: "typing", data: { user_id: "ann" } },
    ]);
  });

  test("tells heads that come in parts as one, also when the first try was cut between them", async () => {
    const part = write("heads", {
      heads: [{ conversation_id: "tea", last_seq: 1 }],
      complete: false,
    });
    await using odd = await startOdd([part, part + heads(["milk", 2])]);
    const heard = new Heard<UserEvent>();
    const subscription = createChatClient({ url: odd.url }).user("ada").subscribe(heard);
    await heard.untilLive();
    subscription.close();
    expect(heard.events).toEqual([
      {
        type: "heads",
        heads: [
          { conversation_id: "tea", last_seq: 1 },
          { conversation_id: "milk", last_seq: 2 },
        ],
      },
    ]);
  });
});
