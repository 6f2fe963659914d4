import { randomUUID } from "node:crypto";
import type { Message } from "@chatnest/db";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTarget, storeNames, type Target } from "./target.ts";
import { tell } from "./tell.ts";
import { write } from "./writes.ts";

const count = 10_000;
const batchSize = 500;

const codeUnit = fc.nat(0xffff).map((code) => String.fromCharCode(code));
const special = fc.constantFrom(
  ...["\0", "\u0001", "\t", "\n", "\r", "\u007f", "\u0085", "\u00a0", "\u2028", "\u2029", "\ufeff"],
  ...["\ud800", "\udfff", "\u{1F600}", "\u{10FFFF}", "\uffff", "e\u0301", "\u202e", "\u200d", "\\"],
  ...[
    "$ne",
    "$where",
    "__proto__",
    "constructor",
    "#{x}",
    "{{x}}",
    "%00",
    "%s",
    "\\u0000",
    "\\ud800",
  ],
  ...["'", '"', "';--", "</script>", "data: x", "\n\n", "id: 1\n", "null", "undefined", "NaN", "."],
);
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: codeUnit, maxLength: 20 }),
  fc.string({ unit: special, maxLength: 8 }),
  fc.string({ unit: fc.constantFrom("x", "\u{1F600}"), minLength: 120, maxLength: 140 }),
);
// The same in every run, so that what is found once is found again.
const texts = fc.sample(text, { numRuns: count, seed: 20_260_101 });

// As the design has it, and not as the code does.
const isText = (value: string): boolean => !/\0|\p{Surrogate}/u.test(value);
const lengthOf = (value: string): number => [...value].length;
const isContent = (value: string): boolean => lengthOf(value) >= 1 && isText(value);
const isId = (value: string): boolean =>
  isText(value) && lengthOf(value) <= 128 && value.trim() !== "" && !/^\.\.?$|\p{Cc}/u.test(value);

describe.each(storeNames)("on %s", (store) => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget({ store });
  });
  afterAll(() => target[Symbol.asyncDispose]());

  it("every text comes back as it was sent, or is refused", async () => {
    const conversation_id = "texts";
    const good = texts.filter(isContent);
    for (let start = 0; start < good.length; start += batchSize) {
      const messages = good.slice(start, start + batchSize).map((content) => {
        return { id: randomUUID(), user_id: "ann", content, conversation_id };
      });
      const { status, text } = await write(
        target,
        "/trpc/messages.import",
        JSON.stringify({ messages }),
      );
      expect(status, text.slice(0, 500)).toBe(200);
    }
    const bad = texts.filter((content) => !isContent(content));
    await inParallel(bad, async (content) => {
      const body = JSON.stringify({ user_id: "ann", content, conversation_id });
      const { status, wrong } = await write(target, "/messages/", body);
      expect([status, wrong], body).toEqual([422, ["content"]]);
    });
    const stored = (await (await fetch(`${target.url}/messages/texts`)).json()) as Message[];
    expect(stored.length).toBe(good.length);
    const changed = stored.filter(({ content }, index) => content !== good[index]);
    expect(changed).toEqual([]);
    expect(bad.length).toBeGreaterThan(500);
    tell("texts", store, `${good.length} stored as sent`, `${bad.length} refused`);
  });

  it("every id comes back as it was sent, or is refused", async () => {
    const ids = [...new Set(texts)].filter((_, index) => index % 5 === 0);
    let good = 0;
    await inParallel(ids, async (id) => {
      const body = JSON.stringify({ user_id: id, content: "x", conversation_id: id });
      const { status, wrong, text } = await write(target, "/messages/", body);
      if (!isId(id)) {
        expect([status, wrong], body).toEqual([422, ["user_id", "conversation_id"]]);
        return;
      }
      good++;
      expect([status, JSON.parse(text)], body).toMatchObject([
        201,
        { user_id: id, conversation_id: id, seq: 1 },
      ]);
      const path = encodeURIComponent(id);
      const history = await fetch(`${target.url}/messages/${path}`);
      expect([history.status, await history.json()], body).toMatchObject([
        200,
        [{ user_id: id, conversation_id: id }],
      ]);
    });
    tell("ids", store, `${good} stored as sent`, `${ids.length - good} refused`);
  });
});

async function inParallel<TItem>(
  items: readonly TItem[],
  run: (item: TItem) => Promise<void>,
): Promise<void> {
  const iterator = items.values();
  const worker = async () => {
    for (const item of iterator) await run(item);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}
