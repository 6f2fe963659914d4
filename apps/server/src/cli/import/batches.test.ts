import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { checkShape } from "../../http/body.ts";
import { type Batch, readBatches } from "./batches.ts";
import { readLines } from "./lines.ts";

describe("readBatches", () => {
  it("fills a batch to 200 messages, in order, and knows their lines", async () => {
    const { batches } = await read(Array.from({ length: 401 }, (_, index) => message(`${index}`)));
    expect(batches.map(({ messages }) => messages.length)).toEqual([200, 200, 1]);
    const contents = batches.flatMap(({ messages }) => messages.map(toContent));
    expect(contents).toEqual(Array.from({ length: 401 }, (_, index) => `${index}`));
    expect(batches.flatMap(({ lineNumbers }) => lineNumbers).at(-1)).toBe(401);
  });

  it.each(["x", "é", "😀", '"', "\\", "\n", "\u0001", "\u2028"])(
    "keeps every batch of long texts of %j below the body limit of the server",
    async (character) => {
      const { batches } = await read(
        Array.from({ length: 40 }, () => message(character.repeat(16_000))),
      );
      const sizes = batches.map(({ messages }) => Buffer.byteLength(JSON.stringify({ messages })));
      expect(Math.max(...sizes)).toBeLessThan(256 * 1024);
      expect(batches.flatMap(({ messages }) => messages)).toHaveLength(40);
    },
  );

  it("keeps every batch below the number of values that the server takes", async () => {
    const metadata = { list: Array.from({ length: 4_000 }, () => 0) };
    const line = JSON.stringify({ user_id: "ann", content: "x", metadata });
    const { batches } = await read(Array.from({ length: 20 }, () => line));
    for (const { messages } of batches) {
      expect(() => checkShape(JSON.stringify({ messages }))).not.toThrow();
    }
    expect(batches.flatMap(({ messages }) => messages)).toHaveLength(20);
  });

  it("fills a batch with 200 messages that have many commas in their texts", async () => {
    const { batches } = await read(Array.from({ length: 200 }, () => message("a, b, c, d, e, f")));
    expect(batches.map(({ messages }) => messages.length)).toEqual([200]);
  });

  it("takes a message whose line is longer than a batch", async () => {
    const padded = `{"user_id":"a","conversation_id":"tea",${" ".repeat(500_000)}"content":"x"}`;
    const { batches } = await read([message("before"), padded, message("after")]);
    expect(batches.map(({ messages }) => messages.length)).toEqual([1, 1, 1]);
  });

  it("leaves out blank and bad lines, and says which are bad", async () => {
    const { batches, bad } = await read(["", message("a"), "no", " ", message("b"), "{}"]);
    expect(bad).toEqual([3, 6]);
    expect(batches.map(({ lineNumbers }) => lineNumbers)).toEqual([[2, 5]]);
  });

  it("ends after the first bad line when it is strict", async () => {
    const { batches, bad } = await read([message("a"), "no", message("b"), "no"], true);
    expect(bad).toEqual([2]);
    expect(batches.map(({ lineNumbers }) => lineNumbers)).toEqual([[1]]);
  });
});

function toContent(line: Batch["messages"][number]): unknown {
  return "content" in line ? line.content : undefined;
}

function message(content: string): string {
  return JSON.stringify({ user_id: "ann", conversation_id: "tea", content });
}

async function read(
  lines: string[],
  isStrict = false,
): Promise<{ batches: Batch[]; bad: number[] }> {
  const bad: number[] = [];
  async function* chunks() {
    yield Buffer.from(lines.join("\n"));
  }
  const onBadLine = (lineNumber: number) => bad.push(lineNumber);
  const batches: Batch[] = [];
  for await (const batch of readBatches(readLines(chunks()), { isStrict, onBadLine })) {
    batches.push(batch);
  }
  return { batches, bad };
}
