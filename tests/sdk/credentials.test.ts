import { createChatClient, type UserEvent } from "@chatnest/client";
import type { AppRouter } from "@chatnest/client/trpc";
import { createTRPCClient, httpSubscriptionLink, retryLink } from "@trpc/client";
import { EventSource } from "eventsource";
import { describe, expect, test } from "vitest";
import { apiKey } from "../auth/good-token.ts";
import { upTo } from "../support/live.ts";
import { until } from "../support/until.ts";
import { failureOf } from "./chat.ts";
import { sayUntil, shortTokensOf, startGuarded, tokenOf } from "./guarded-chat.ts";
import { Heard } from "./heard.ts";

const tea = { conversation_id: "tea" };

describe.each([
  ["a string", (token: string) => token],
  ["a function", (token: string) => async () => token],
])("a user's token from %s", (_, toToken) => {
  test("says who acts in each call", async () => {
    await using server = await startGuarded();
    const chat = createChatClient({ url: server.url, token: toToken(tokenOf("ann")) });
    const { message } = await chat.messages.send({ ...tea, content: "Hello" });
    expect(message.user_id).toBe("ann");
    expect(await chat.messages.get({ ...tea, seq: 1 })).toEqual(message);
    const note = await chat.notes.send({ content: "Buy tea" });
    expect((await chat.notes.page({})).messages).toEqual([note.message]);
    const { conversation } = await chat.conversations.create({ user_ids: ["carl"] });
    expect(conversation.user_ids).toEqual(["ann", "carl"]);
    const inbox = await chat.conversations.page({});
    const ids = inbox.conversations.map(({ id }) => id);
    expect(ids.toSorted()).toEqual([conversation.id, "tea"].toSorted());
    await chat.conversations.removeMember({ conversation_id: conversation.id, user_id: "ann" });
    const gone = await failureOf(chat.messages.page({ conversation_id: conversation.id }));
    expect(gone).toMatchObject({ code: "not_found", status: 404 });
  });

  test("does not act for others", async () => {
    await using server = await startGuarded();
    const chat = createChatClient({ url: server.url, token: toToken(tokenOf("ann")) });
    const { messages, conversations, notes } = chat;
    const calls = [
      messages.send({ ...tea, user_id: "bob", content: "Hello" }),
      notes.page({ user_id: "bob" }),
      conversations.page({ user_id: "bob" }),
      conversations.removeMember({ ...tea, user_id: "bob" }),
      conversations.create({ id: "chosen", user_ids: ["ann"] }),
    ];
    for (const failure of await Promise.all(calls.map(failureOf))) {
      expect(failure).toMatchObject({ code: "forbidden", status: 403 });
    }
  });
});

test("a token that has ended is replaced, for calls and for streams", async () => {
  await using server = await startGuarded();
  let asked = 0;
  const token = () => tokenOf("ann", ++asked === 1 ? -60 : 60);
  const chat = createChatClient({ url: server.url, token });
  expect(await chat.messages.page(tea)).toMatchObject({ messages: [] });
  expect(asked).toBe(2);
  asked = 0;
  const heard: Heard<UserEvent> = new Heard();
  const subscription = createChatClient({ url: server.url, token }).user().subscribe(heard);
  await heard.untilLive();
  expect(asked).toBe(2);
  subscription.close();
});

test("sends over the limit wait, and all are stored in order", async () => {
  await using server = await startGuarded({ sendsPerSecond: 3 });
  const { messages } = createChatClient({ url: server.url, token: tokenOf("ann") });
  const sent = await Promise.all(
    upTo(10).map((n) => messages.send({ ...tea, content: String(n) })),
  );
  expect(sent.map(({ message }) => message.seq)).toEqual(upTo(10));
});

describe("a stream that lasts longer than its tokens", () => {
  test.each(["conversation", "user"] as const)(
    "misses nothing: of a %s",
    async (noun) => {
      await using server = await startGuarded();
      const token = shortTokensOf("ann");
      const chat = createChatClient({ url: server.url, token });
      const heard: Heard<UserEvent> & Heard = new Heard<never>() as never;
      const subscription =
        noun === "user" ? chat.user().subscribe(heard) : chat.conversation("tea").subscribe(heard);
      await heard.untilLive();
      const count = await sayUntil(server, () => token.asked > 3);
      await heard.until(({ messages }) => messages.length >= count);
      expect(heard.seqsOf("tea")).toEqual(upTo(count));
      expect(heard.statuses).not.toContain("closed");
      expect(heard.kinds).toEqual([noun === "user" ? "heads" : "ready"]);
      subscription.close();
    },
    40_000,
  );

  test("ends where there is no fresh token, and says why", async () => {
    await using server = await startGuarded();
    const chat = createChatClient({ url: server.url, token: tokenOf("ann", -28) });
    const heard: Heard<UserEvent> = new Heard();
    const subscription = chat.user().subscribe(heard);
    await heard.untilLive();
    expect(await subscription.closed).toMatchObject({ code: "unauthorized", status: 401 });
  });

  test("misses nothing over tRPC, with a client of one's own", async () => {
    await using server = await startGuarded();
    const token = shortTokensOf("ann");
    // Called for each subscription that begins, also for one that is tried again.
    const eventSourceOptions = () => {
      const authorization = `Bearer ${token()}`;
      return {
        fetch: (url: string | URL, init?: RequestInit) =>
          fetch(url, { ...init, headers: { ...init?.headers, authorization } }),
      };
    };
    const trpc = createTRPCClient<AppRouter>({
      links: [
        retryLink({ retry: ({ error }) => error.data?.code === "unauthorized" }),
        httpSubscriptionLink({ url: `${server.url}/trpc`, EventSource, eventSourceOptions }),
      ],
    });
    const seqs: number[] = [];
    let isReady = false;
    const subscription = trpc.live.conversation.subscribe(tea, {
      onData({ data }) {
        isReady = true;
        if (data.type === "message") seqs.push(data.message.seq);
      },
    });
    await until(() => isReady, { timeoutMs: 10_000, what: "it follows" });
    const count = await sayUntil(server, () => token.asked > 3);
    await until(() => seqs.length >= count, { timeoutMs: 10_000, what: "all have come" });
    expect(seqs).toEqual(upTo(count));
    subscription.unsubscribe();
  }, 40_000);
});

describe("a stream that is refused for good", () => {
  test("ends at once when the member is removed, and the user's goes on", async () => {
    await using server = await startGuarded();
    const chat = createChatClient({ url: server.url, token: tokenOf("ann") });
    const [ofTea, ofAnn] = [new Heard(), new Heard<UserEvent>()];
    const subscription = chat.conversation("tea").subscribe(ofTea);
    const inbox = chat.user().subscribe(ofAnn);
    await Promise.all([ofTea.untilLive(), ofAnn.untilLive()]);
    await server.store.members.leave({ ...tea, user_id: "ann" });
    expect(await subscription.closed).toMatchObject({ code: "not_found", status: undefined });
    expect(ofTea.statuses).toEqual(["connecting", "live", "closed"]);
    await ofAnn.until(({ kinds }) => kinds.includes("left"));
    expect(inbox.state.status).toBe("live");
    inbox.close();
  });

  test.each(["tea", "none"])(
    "is not found by a stranger, whether it exists or not: %s",
    async (id) => {
      await using server = await startGuarded();
      const chat = createChatClient({ url: server.url, token: tokenOf("carl") });
      const subscription = chat.conversation(id).subscribe({ onMessage() {} });
      expect(await subscription.closed).toMatchObject({
        code: "not_found",
        status: 404,
        message: "there is no such conversation",
      });
      const first = chat.conversation(id).events().next();
      expect(await failureOf(first)).toMatchObject({ code: "not_found" });
    },
  );

  test("is forbidden where it is another user's", async () => {
    await using server = await startGuarded();
    const chat = createChatClient({ url: server.url, token: tokenOf("ann") });
    const subscription = chat.user("bob").subscribe({ onMessage() {} });
    expect(await subscription.closed).toMatchObject({ code: "forbidden", status: 403 });
  });
});

describe("a server key", () => {
  test("acts for any user, and as none by itself", async () => {
    await using server = await startGuarded();
    const chat = createChatClient({ url: server.url, token: apiKey });
    for (const user_id of ["ann", "dora"]) {
      const { message } = await chat.messages.send({ ...tea, user_id, content: "Hello" });
      expect(message.user_id).toBe(user_id);
    }
    await chat.conversations.create({ id: "chosen", user_ids: ["ann"] });
    await chat.conversations.removeMember({ ...tea, user_id: "bob" });
    const heard: Heard<UserEvent> = new Heard();
    const subscription = chat.user("dora").subscribe(heard);
    await heard.untilLive();
    subscription.close();
    const failure = await failureOf(chat.messages.send({ ...tea, content: "Hello" }));
    expect(failure).toMatchObject({ code: "validation_failed", status: undefined });
  });

  test("acts as the user of the client, if it has one", async () => {
    await using server = await startGuarded();
    const chat = createChatClient({ url: server.url, token: apiKey, userId: "bob" });
    const { message } = await chat.messages.send({ ...tea, content: "Hello" });
    expect(message.user_id).toBe("bob");
    expect((await chat.conversations.page({})).conversations).toMatchObject([{ id: "tea" }]);
  });

  test("that is wrong is refused", async () => {
    await using server = await startGuarded();
    const chat = createChatClient({ url: server.url, token: `${apiKey}x`, userId: "bob" });
    const failure = await failureOf(chat.messages.page(tea));
    expect(failure).toMatchObject({ code: "unauthorized", status: 401 });
  });
});
