import { randomUUID } from "node:crypto";
import { createChatClient } from "@chatnest/client";
import { describe, expect, test } from "vitest";
import { startServer } from "../cli/chatnest.ts";
import { newFolder } from "../cli/folder.ts";
import { findFreePorts } from "../support/free-port.ts";
import { say, upTo } from "../support/live.ts";
import { startChat } from "./chat.ts";
import { Heard } from "./heard.ts";

describe("following a conversation", () => {
  test("hands over what is said from now on, once and in order, to everybody", async () => {
    await using running = await startChat();
    const { chat, server } = running;
    const room = randomUUID();
    await say(server.store, room, 3);
    const heards = [new Heard(), new Heard()];
    const subscriptions = heards.map((heard) => chat.conversation(room).subscribe(heard));
    for (const heard of heards) await heard.untilLive();
    const sends = upTo(20).map((n) =>
      chat.messages.send({ user_id: "ada", content: `no ${n}`, conversation_id: room }),
    );
    const sent = (await Promise.all(sends)).map(({ message }) => message);
    for (const heard of heards) {
      await heard.until(({ messages }) => messages.length >= 20);
      expect(heard.messages).toEqual(sent);
      expect(heard.statuses).toEqual(["connecting", "live"]);
      expect(heard.events).toEqual([
        {
          type: "ready",
          conversation_id: room,
          last_seq: 3,
          position: expect.stringMatching(/^[a-z0-9]+-3$/),
        },
      ]);
    }
    for (const subscription of subscriptions) subscription.close();
  });

  test("catches up from a seq, and from the position of an earlier visit", async () => {
    await using running = await startChat();
    const { chat, server } = running;
    const room = randomUUID();
    await say(server.store, room, 1_500);
    const first = new Heard();
    const subscription = chat.conversation(room).subscribe({ after: 2, ...first });
    await first.until(({ messages }) => messages.length >= 1_498);
    subscription.close();
    expect(first.seqsOf(room)).toEqual(upTo(1_500, 3));
    expect(first.statuses).toEqual(["connecting", "catching_up", "live", "closed"]);

    const later = new Heard();
    const after = first.positions[99];
    const again = chat.conversation(room).subscribe({ after, ...later });
    await later.until(({ messages }) => messages.length >= 1_398);
    again.close();
    expect(later.seqsOf(room)).toEqual(upTo(1_500, 103));
  });

  test("goes on after a server was killed, and is told of another epoch", async () => {
    await using folder = await newFolder();
    await using other = await newFolder();
    const [port = 0] = await findFreePorts(1);
    const env = { PORT: String(port), CHATNEST_RATE_LIMIT: "0" };
    await using first = await startServer({ cwd: folder.path, env });
    const chat = createChatClient({ url: first.url });
    const send = () => chat.messages.send({ user_id: "ada", content: "x", conversation_id: "tea" });
    const heard = new Heard();
    const subscription = chat.conversation("tea").subscribe(heard);
    await heard.untilLive();
    await send();

    await first.stop("SIGKILL");
    const sending = [send(), send()];
    await using second = await startServer({ cwd: folder.path, env });
    await Promise.all(sending);
    await heard.until(({ messages }) => messages.length === 3);

    expect(heard.seqsOf("tea")).toEqual([1, 2, 3]);
    expect(heard.kinds).toEqual(["ready"]);
    expect(heard.statuses).toContain("offline");

    await second.stop("SIGKILL");
    await using _third = await startServer({ cwd: other.path, env });
    await heard.until(({ kinds }) => kinds.includes("reset"));
    await heard.untilLive();
    const { message } = await send();
    await heard.until(({ messages }) => messages.length === 4);
    expect(heard.messages.at(-1)).toEqual(message);
    expect(heard.seqsOf("tea")).toEqual([1, 2, 3, 1]);
    expect(heard.events.at(-1)).toMatchObject({ type: "reset", last_seq: 0 });
    subscription.close();
    expect(await subscription.closed).toBe(undefined);
  }, 60_000);
});
