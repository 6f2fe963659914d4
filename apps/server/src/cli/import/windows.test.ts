import { expect, it } from "vitest";
import { readLines } from "./lines.ts";
import { type FileEntry, readWindows } from "./windows.ts";

const rooms = ["b", null, "a", "b", "a", null];

it("orders entries by conversation, and those of one as in the file", async () => {
  const [window] = await read(rooms.map(toLine));
  expect(window?.map(toNumber)).toEqual([2, 6, 3, 5, 1, 4]);
});

it("keeps the order of the file in a strict import", async () => {
  const [window] = await read(rooms.map(toLine), { isStrict: true });
  expect(window?.map(toNumber)).toEqual([1, 2, 3, 4, 5, 6]);
});

it("hands on each entry of a pipe as it comes", async () => {
  const windows = await read(rooms.map(toLine), { isPiped: true });
  expect(windows.map((window) => window.map(toNumber))).toEqual([[1], [2], [3], [4], [5], [6]]);
});

it("ends a window after 50,000 entries, so that each conversation goes on in the next one", async () => {
  const lines = Array.from({ length: 50_001 }, (_, n) => toLine(`room-${n % 2}`));
  const windows = await read(lines);
  expect(windows.map(({ length }) => length)).toEqual([50_000, 1]);
});

it("ends a window after 16 MiB of long lines", async () => {
  const lines = Array.from({ length: 40 }, () => toLine("room").padEnd(1024 * 1024, " "));
  const windows = await read(lines);
  expect(windows.map(({ length }) => length)).toEqual([16, 16, 8]);
});

it("spans all bytes of the file up to its last entry", async () => {
  const lines = ["", toLine("b"), "no", " ", toLine("a")];
  const [window = []] = await read(lines);
  const bytes = window.reduce((sum, { span }) => sum + span, 0);
  expect(bytes).toBe(Buffer.byteLength(lines.join("\n")));
});

function toNumber({ line }: FileEntry): number {
  return line.number;
}

function toLine(conversation_id: string | null): string {
  return JSON.stringify({ user_id: "ann", conversation_id, content: "x" });
}

async function read(
  lines: readonly string[],
  { isStrict = false, isPiped = false } = {},
): Promise<FileEntry[][]> {
  async function* chunks() {
    yield Buffer.from(lines.join("\n"));
  }
  const windows: FileEntry[][] = [];
  for await (const window of readWindows(readLines(chunks()), {
    isStrict,
    isPiped,
    onBadLine() {},
  })) {
    windows.push(window);
  }
  return windows;
}
