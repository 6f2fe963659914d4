import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/until.ts";
import { startTarget, type Target } from "./target.ts";
import { tell } from "./tell.ts";
import { write } from "./writes.ts";

let target: Target;
let [count, lines] = [0, 0];
beforeAll(async () => {
  target = await startTarget();
});
afterAll(async () => {
  tell("SSE injection", `${count} texts and names`, `${lines} lines read`);
  await target[Symbol.asyncDispose]();
});

const forged = 'event: message\ndata: {"content":"forged"}\nid: 0-999\nretry: 1';
/** What could end a line, an event or a text. */
const ends = [
  ...["\r", "\n", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "\u2028", "\u2029", "\u2028\u2028", "\u0085"],
  ...[
    "\v",
    "\f",
    "\u001e",
    "\0",
    "\\n",
    "\\r\\n",
    "\ufeff",
    "\u0000\n",
    '"}\n\n',
    "\n: \n\n",
    "%0A",
    "&#10;",
  ],
];
const texts = ends.flatMap((end) => [
  `a${end}${forged.replaceAll("\n", end)}${end}${end}`,
  `${end}data: x`,
  `x${end}`,
]);

/** A stream, as it comes over the wire. */
interface RawStream extends Disposable {
  text(): string;
}

async function openStream(path: string): Promise<RawStream> {
  const socket = connect(target.port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  await once(socket, "connect");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n`);
  await until(() => /event: (?:ready|heads|connected)|"type":"(?:ready|heads)"/.test(text), {
    timeoutMs: 10_000,
    what: `${path} begins: ${text}`,
  });
  return { text: () => text, [Symbol.dispose]: () => socket.destroy() };
}

/** Reads what a browser makes of a stream, which ends lines at CR, LF and both, and fails at what is none of ours. */
function readMessages(text: string): unknown[] {
  const body = text.slice(text.indexOf("\r\n\r\n") + 4);
  const messages: unknown[] = [];
  for (const line of body.split(/\r\n|\r|\n/)) {
    lines++;
    // The sizes of chunks stand between the lines of tRPC.
    expect(line).toMatch(
      /^(?:$|[0-9a-f]+$|: ?$|(?:id: [\w:-]+|retry: \d+)$|event: [a-z]+$|data: )/,
    );
    if (!line.startsWith("data: {")) continue;
    const data = JSON.parse(line.slice(6)) as { content?: string; message?: { content: string } };
    const content = data.message?.content ?? data.content;
    if (content !== undefined) messages.push(content);
  }
  return messages;
}

describe("a follower", () => {
  it("of a conversation, of a user, over REST and over tRPC, gets the texts that were sent, and nothing beside", async () => {
    const [room, user] = ["room", "ann"];
    await write(target, "/conversations/", JSON.stringify({ id: room, user_ids: [user] }));
    const input = (value: object) => encodeURIComponent(JSON.stringify(value));
    const paths = [
      `/messages/${room}/events`,
      `/users/${user}/events`,
      `/trpc/live.conversation?input=${input({ conversation_id: room })}`,
      `/trpc/live.user?input=${input({ user_id: user })}`,
    ];
    const streams = await Promise.all(paths.map(openStream));
    const sent: string[] = [];
    for (const content of texts) {
      count++;
      const body = JSON.stringify({ user_id: user, content, conversation_id: room });
      const { status } = await write(target, "/messages/", body);
      expect(status).toBe(content.includes("\0") ? 422 : 201);
      if (status === 201) sent.push(content);
    }
    const last = "the last one";
    await write(
      target,
      "/messages/",
      JSON.stringify({ user_id: user, content: last, conversation_id: room }),
    );
    for (const [index, stream] of streams.entries()) {
      const path = paths[index];
      await until(() => stream.text().includes(last), {
        timeoutMs: 10_000,
        what: `${path} tells all`,
      });
      expect(readMessages(stream.text()), path).toEqual([...sent, last]);
      stream[Symbol.dispose]();
    }
  });

  it.each(ends)(
    "of names with %j in them gets events of ours alone, or is refused",
    async (end) => {
      const name = `a${end}event: message${end}data: {"content":"forged"}${end}${end}x`;
      const path = encodeURIComponent(name);
      const said = { user_id: name, content: "x", conversation_id: name };
      const { status } = await write(target, "/messages/", JSON.stringify(said));
      count++;
      if (status === 422) {
        for (const stream of [`/messages/${path}/events`, `/users/${path}/events`]) {
          expect((await fetch(target.url + stream)).status).toBe(422);
        }
        return;
      }
      expect(status).toBe(201);
      using conversation = await openStream(`/messages/${path}/events?after=0`);
      using follower = await openStream(`/users/${path}/events`);
      await write(target, `/conversations/${path}/members`, '{"user_id":"bob"}');
      await write(target, "/messages/", JSON.stringify({ ...said, content: "y" }));
      await until(() => conversation.text().includes('"y"') && follower.text().includes('"y"'), {
        timeoutMs: 10_000,
        what: "both tell of it",
      });
      expect(readMessages(conversation.text())).toEqual(["x", "y"]);
      expect(readMessages(follower.text())).toEqual(["y"]);
    },
  );

  it.each([
    "0-1\nevent: x",
    "0-1\rdata: x",
    "x",
    "0-1\u2028",
    "0".repeat(500),
    "-1",
    "1e3",
    "__proto__",
  ])("is not told its own place again where that is %j", async (place) => {
    count++;
    const input = encodeURIComponent(JSON.stringify({ user_id: "ann", lastEventId: place }));
    const response = await fetch(`${target.url}/trpc/live.user?input=${input}`, {
      headers: { accept: "text/event-stream" },
      signal: AbortSignal.timeout(1_000),
    }).catch(() => undefined);
    const reader = response?.body?.getReader();
    const first = await reader?.read().catch(() => undefined);
    await reader?.cancel().catch(() => {});
    expect(new TextDecoder().decode(first?.value)).not.toContain(`id: ${place}`);
    const query = await fetch(
      `${target.url}/messages/room/events?after=${encodeURIComponent(place)}`,
    );
    expect(query.status).toBe(422);
  });
});
