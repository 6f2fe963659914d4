import { expect, it } from "vitest";
import { contentLengthMax } from "../../src/limits.ts";
import { readHead } from "../../src/read-head.ts";
import type { ChatStore } from "../../src/store.ts";
import { conversationStream } from "../../src/stream.ts";
import { appendAll, contentsOf, expectRefusal, readLog, send } from "../log.ts";
import { newMessage, unique } from "../make.ts";

const kept = [
  ["control characters", "\u0001\u0007\b\t\u000b\f\u001b\u007f\u0080\u009f"],
  ["every kind of line end", "a\r\nb\nc\rd\u0085e\u2028f\u2029g"],
  ["spaces at both ends", "  \t x \u00a0\u3000 "],
  ["nothing but spaces", "   "],
  ["byte order marks", "\ufeffa\ufeff"],
  ["noncharacters", "\uffff\ufffe\u{1FFFE}\u{10FFFF}\ufdd0"],
  ["a replacement character", "\ufffd"],
  ["combining marks in both normal forms", "e\u0301 \u00e9 \u1100\u1161 \uac00 a\u0327\u0302"],
  [
    "right-to-left text and overrides",
    "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627\u202c\u2066x\u2069",
  ],
  ["astral characters", "\u{1F469}\u200d\u{1F680}\u{1F1EA}\u{1F1FA}\u{20000}\u{1D11E}"],
  ["a number", "1.0"],
  ["a big number", "12345678901234567890"],
  ["a word of JSON", "null"],
  ["quotes and escapes", "\"'`\\u0041\\ \\0 $1 %s {{x}} --;"],
  ["an object's property", "__proto__"],
  ["the most ASCII characters", "x".repeat(contentLengthMax)],
  ["the most astral characters", "\u{1F600}".repeat(contentLengthMax)],
  ["the most three-byte characters", "\u4e2d".repeat(contentLengthMax)],
] as const;

const refused = [
  ["nothing", ""],
  ["NUL", "\0"],
  ["NUL inside", "before\0after"],
  ["a lone high surrogate", "\ud83d"],
  ["a lone low surrogate", "\ude00"],
  ["surrogates the wrong way round", "\ude00\ud83d"],
  ["a surrogate cut off at the end", "\u{1F600}".repeat(3).slice(0, -1)],
  ["one ASCII character too many", "x".repeat(contentLengthMax + 1)],
  ["one astral character too many", "\u{1F600}".repeat(contentLengthMax + 1)],
] as const;

/** Text: what is accepted comes back byte for byte, anything else is refused. */
export function textContract(store: () => ChatStore): void {
  it.each(kept)("gives back %s byte for byte", async (_, content) => {
    const id = unique("room");
    const stream = conversationStream(id);
    const sent = newMessage({ conversation_id: id, content });
    const { message } = await send(store(), sent);
    const got = await store().messages.get(stream, 1);
    const page = await store().messages.page(stream, { limit: 10, from: "newest" });
    const shown = await store().conversations.get([id], 1);
    const copies = [message, got, ...page, ...shown.flatMap(({ messages }) => messages)];
    expect(copies).toHaveLength(4);
    expect(copies.every((copy) => copy?.content === content)).toBe(true);
    expect(await send(store(), sent)).toEqual({ message, created: false });
  });

  it.each(refused)("refuses a message of %s and stores nothing", async (_, content) => {
    const conversation_id = unique("room");
    const stream = conversationStream(conversation_id);
    await send(store(), newMessage({ conversation_id }));
    const bad = newMessage({ conversation_id, content });
    await expectRefusal(send(store(), bad), "invalid");
    expect(await readHead(store().log, stream)).toBe(1);
    // The id is still free.
    await send(store(), { ...bad, content: "good" });
    expect(contentsOf(await readLog(store(), stream))).toEqual(["hello", "good"]);
  });

  it("gives back all kinds of text in one group", async () => {
    const conversation_id = unique("room");
    const contents = kept.map(([, content]) => content);
    await appendAll(
      store(),
      contents.map((content) => newMessage({ conversation_id, content })),
    );
    const log = await readLog(store(), conversationStream(conversation_id));
    expect(contentsOf(log)).toEqual(contents);
  });
}
