import { expect, it } from "vitest";
import { type Line, lineBytesMax, readLines } from "./lines.ts";

it.each([
  ["", []],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["a\r\nb\n", ["a", "b"]],
  ["\n\na", ["", "", "a"]],
  ["a\rb\n", ["a\rb"]],
])("reads %j", async (text, expected) => {
  const lines = await read([Buffer.from(text)]);
  expect(lines.map(({ bytes }) => bytes?.toString())).toEqual(expected);
  expect(lines.map(({ number }) => number)).toEqual(expected.map((_, index) => index + 1));
});

it("says where in the file each line ends", async () => {
  const lines = await read([Buffer.from("a\nbb\r\n\nccc")]);
  expect(lines.map(({ end }) => end)).toEqual([2, 6, 7, 10]);
});

it("reads the same however the bytes are cut", async () => {
  const whole = Buffer.from("{}\n\n\r\né\r\n😀{}\ra\n\n\r");
  const expected = await read([whole]);
  for (let size = 1; size < whole.length; size++) {
    for (let first = 0; first <= size; first++) {
      expect(await read(cut(whole, first, size))).toEqual(expected);
    }
  }
});

it("gives up on a line that is too long, and goes on after it", async () => {
  const long = Buffer.alloc(64 * 1024, "x");
  const fits = Buffer.alloc(lineBytesMax, "y");
  const chunks = [Buffer.from("a\n"), ...new Array(40).fill(long), Buffer.from("\nb\n"), fits];
  const lines = await read(chunks);
  expect(lines.map(({ bytes }) => bytes?.length ?? null)).toEqual([1, null, 1, lineBytesMax]);
});

async function read(chunks: Buffer[]): Promise<Line[]> {
  async function* stream() {
    yield* chunks;
  }
  const lines: Line[] = [];
  for await (const line of readLines(stream())) lines.push(line);
  return lines;
}

function cut(whole: Buffer, first: number, size: number): Buffer[] {
  const chunks = [whole.subarray(0, first)];
  for (let start = first; start < whole.length; start += size) {
    chunks.push(whole.subarray(start, start + size));
  }
  return chunks;
}
