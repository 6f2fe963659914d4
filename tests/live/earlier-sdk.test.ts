import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Sdk from "@chatnest/client";
import type { ChatStore } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newFolder } from "../cli/folder.ts";
import { Heard } from "../sdk/heard.ts";
import { edit, erase, react } from "../support/changes.ts";
import { runCommand } from "../support/command.ts";
import { findFreePorts } from "../support/free-port.ts";
import { say } from "../support/live.ts";
import { startServer } from "../support/server.ts";
import { openTcpProxy } from "../support/tcp-proxy.ts";

// The SDK as it was packed before there were entries other than messages.
const packed = fileURLToPath(new URL("../data/client-0.1.0.tgz", import.meta.url));
const room = "room";

const stack = new AsyncDisposableStack();
let sdk: Pick<typeof Sdk, "createChatClient">;
beforeAll(async () => {
  const folder = stack.use(await newFolder());
  const target = join(folder.path, "sdk");
  await mkdir(target);
  await runCommand("tar", ["-xzf", packed, "-C", target, "--strip-components=1"], {
    timeoutMs: 10_000,
  });
  sdk = await import(pathToFileURL(join(target, "dist", "index.js")).href);
});
afterAll(() => stack.disposeAsync());

/** How a log of three messages goes on, and which of its messages are left. */
const ends = [
  { what: "one reaction", end: (store: ChatStore) => react(store, at(3)), left: [1, 2, 3] },
  {
    what: "1,000 reactions",
    end: (store: ChatStore) => react(store, at(3), 1_000),
    left: [1, 2, 3],
  },
  {
    what: "an edit of an older message",
    end: (store: ChatStore) => edit(store, at(1), "better"),
    left: [1, 2, 3],
  },
  { what: "a deletion", end: (store: ChatStore) => erase(store, at(3)), left: [1, 2] },
  {
    what: "the deletions of all, and reactions before them",
    end: async (store: ChatStore) => {
      await react(store, at(2), 40);
      for (const seq of [3, 1, 2]) await erase(store, at(seq));
    },
    left: [],
  },
];

/** Both ways of following, with what is heard. */
const paths = [
  {
    path: "a conversation",
    follow: (chat: Sdk.ChatClient, after?: string | number) => {
      const heard = new Timed();
      return { heard, subscription: chat.conversation(room).subscribe({ ...heard.all, after }) };
    },
  },
  {
    path: "a user",
    follow: (chat: Sdk.ChatClient) => {
      const heard = new Timed();
      return { heard, subscription: chat.user("bob").subscribe(heard.all) };
    },
  },
];

describe.each(paths)("the SDK of before that follows $path", ({ path, follow }) => {
  it.each(ends)("is live within a second where the log ends with $what", async ({ end }) => {
    await using server = await startServer();
    await begin(server.store);
    await end(server.store);
    const { heard, subscription } = follow(sdk.createChatClient({ url: server.url }));
    await heard.untilLive();
    expect(heard.liveAfterMs).toBeLessThan(1_000);
    await say(server.store, room);
    const next = await newest(server.store);
    await react(server.store, at(next), 40);
    await say(server.store, room);
    await heard.until(({ messages }) => messages.length > 1);
    expect(heard.messages.map(({ seq }) => seq)).toEqual([next, next + 41]);
    expect(heard.statuses.at(-1)).toBe("live");
    expect(heard.kinds).not.toContain("unknown");
    subscription.close();
  });

  it.concurrent.each(ends)(
    "comes back and is live within a second after it missed $what",
    async (missed) => {
      await using server = await startServer();
      const [port = 0] = await findFreePorts(1);
      await using proxy = await openTcpProxy(port, server.port);
      await server.store.conversations.create({ id: room, user_ids: ["bob", "ann"] });
      const { heard, subscription } = follow(
        sdk.createChatClient({ url: `http://127.0.0.1:${port}` }),
      );
      await heard.untilLive();
      await say(server.store, room);
      await heard.until(({ messages }) => messages.length === 1);
      proxy.govern(() => "cut");
      await heard.until(({ statuses }) => statuses.includes("offline"));
      await say(server.store, room, 2);
      await missed.end(server.store);
      proxy.govern(() => "pass");
      await heard.until(
        ({ statuses }) => statuses.lastIndexOf("live") > statuses.indexOf("offline"),
      );
      expect(heard.liveAfterMs).toBeLessThan(1_000);
      await say(server.store, room);
      const last = await newest(server.store);
      await heard.until(({ messages }) => messages.at(-1)?.seq === last);
      expect(heard.messages.map(({ seq }) => seq)).toEqual([
        1,
        ...missed.left.filter((seq) => seq > 1),
        last,
      ]);
      expect(heard.kinds).not.toContain("unknown");
      subscription.close();
    },
  );

  if (path === "a user") return;

  it.each(ends)("continues from any place of a log that ends with $what", async ({ end, left }) => {
    await using server = await startServer();
    await begin(server.store);
    await end(server.store);
    const [{ seq: head = 0 } = {}] = [...(await server.store.log.heads([`c:${room}`])).values()];
    const chat = sdk.createChatClient({ url: server.url });
    for (const after of [0, 2, 3, Math.ceil(head / 2), head - 1, head]) {
      const { heard, subscription } = follow(chat, after);
      await heard.untilLive();
      expect(heard.liveAfterMs).toBeLessThan(1_000);
      expect(heard.messages.map(({ seq }) => seq)).toEqual(left.filter((seq) => seq > after));
      subscription.close();
    }
  });
});

/** What was heard, and how long it took to be live since it connected last. */
class Timed extends Heard<Sdk.ConversationEvent | Sdk.UserEvent> {
  liveAfterMs = Number.POSITIVE_INFINITY;
  #connectedAt = performance.now();

  get all() {
    const { onMessage, onEvent } = this;
    const onState = (state: Sdk.LiveState) => {
      this.onState(state);
      if (state.status === "connecting") this.#connectedAt = performance.now();
      if (state.status === "live") this.liveAfterMs = performance.now() - this.#connectedAt;
    };
    return { onMessage, onEvent, onState };
  }
}

function at(target_seq: number) {
  return { conversation_id: room, target_seq };
}

async function begin(store: ChatStore): Promise<void> {
  await store.conversations.create({ id: room, user_ids: ["bob", "ann"] });
  await say(store, room, 3);
}

/** Reads the place of the newest message. */
async function newest(store: ChatStore): Promise<number> {
  const [message] = await store.messages.page(`c:${room}`, { limit: 1, from: "newest" });
  return message?.seq ?? 0;
}
