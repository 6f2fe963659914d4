import { openSqliteStore, readHead } from "@chatnest/db";
import { describe, expect, it } from "vitest";
import { importLines } from "./import-lines.ts";
import { readLines } from "./lines.ts";
import { createStoreTarget } from "./store-target.ts";
import { type Target, TargetError } from "./target.ts";

describe("importLines", () => {
  it("counts what was stored, what was there, and what was refused", async () => {
    await using run = openRun();
    await run.importAll([message("a"), message("b"), "no"]);
    expect(run.counts).toEqual({ stored: 2, existing: 0, refused: 1 });
    await run.importAll([message("a"), message("b"), message("c"), "no"]);
    expect(run.counts).toEqual({ stored: 3, existing: 2, refused: 2 });
  });

  it("keeps the order of the lines over many batches", async () => {
    await using run = openRun();
    const contents = Array.from({ length: 3500 }, (_, index) => `${index}`);
    await run.importAll(contents.map((content) => message(content)));
    const page = await run.store.messages.page("c:tea", {
      limit: 1000,
      after: 2500,
      from: "oldest",
    });
    expect(page.map(({ content }) => content)).toEqual(contents.slice(2500));
  });

  it("names the line whose id is taken by another message", async () => {
    await using run = openRun();
    await run.importAll([message("a", "chosen-id"), "", message("b", "chosen-id")]);
    expect(run.refused).toEqual([[3, "another entry has the id chosen-id"]]);
  });

  it("stores everything before a bad line when it is strict, and nothing after it", async () => {
    await using run = openRun({ isStrict: true });
    await run.importAll([message("a"), message("b"), "no", message("c")]);
    expect(run.counts).toEqual({ stored: 2, existing: 0, refused: 1 });
    expect(await readHead(run.store.log, "c:tea")).toBe(2);
  });

  it("hands on no further batch when the store refuses a line and it is strict", async () => {
    await using run = openRun({ isStrict: true });
    const conflict = [message("a", "chosen-id"), message("b", "chosen-id")];
    await run.importAll([...conflict, ...Array.from({ length: 3000 }, (_, i) => message(`${i}`))]);
    expect(run.counts).toEqual({ stored: 199, existing: 0, refused: 1 });
  });

  it("finishes what is under way when it is interrupted, and hands on nothing more", async () => {
    const stop = new AbortController();
    await using run = openRun({ signal: stop.signal });
    const lines = Array.from({ length: 5000 }, (_, index) => message(`${index}`));
    run.onProgress = () => stop.abort();
    await run.importAll(lines);
    expect(run.counts).toEqual({ stored: 200, existing: 0, refused: 0 });
    expect(await readHead(run.store.log, "c:tea")).toBe(200);
  });

  it("ends with the error of a target that fails, with what was stored counted", async () => {
    let calls = 0;
    await using run = openRun({
      wrap: (target) => (messages, signal) => {
        calls++;
        if (calls === 2) throw new TargetError("gone", { isTemporary: false });
        return target(messages, signal);
      },
    });
    const lines = Array.from({ length: 5000 }, (_, index) => message(`${index}`));
    await expect(run.importAll(lines)).rejects.toThrow("gone");
    expect(run.counts.stored).toBe(200);
    expect(calls).toBe(2);
  });
});

function message(content: string, id?: string): string {
  return JSON.stringify({ id, user_id: "ann", conversation_id: "tea", content });
}

interface RunOptions {
  isStrict?: boolean;
  signal?: AbortSignal;
  wrap?(target: Target): Target;
}

function openRun({
  isStrict = false,
  signal = new AbortController().signal,
  wrap,
}: RunOptions = {}) {
  const store = openSqliteStore(":memory:");
  const target = createStoreTarget(store);
  const run = {
    store,
    counts: { stored: 0, existing: 0, refused: 0 },
    refused: [] as [number, string][],
    onProgress() {},
    importAll(lines: string[]): Promise<void> {
      async function* chunks() {
        yield Buffer.from(lines.join("\n"));
      }
      return importLines(readLines(chunks()), {
        target: wrap ? wrap(target) : target,
        isStrict,
        signal,
        counts: run.counts,
        onRefused: (lineNumber, reason) => run.refused.push([lineNumber, reason]),
        onProgress: () => run.onProgress(),
      });
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
  return run;
}
