import { Writable } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createProgress } from "./progress.ts";

afterEach(() => {
  vi.useRealTimers();
});

describe("createProgress", () => {
  it("writes a plain line now and then where there is no terminal", () => {
    vi.useFakeTimers();
    const out = openOut(false);
    const progress = createProgress(out.stream, 1000);
    progress.update({ stored: 10, existing: 0, refused: 0 }, 10);
    expect(out.text()).toBe("");
    vi.advanceTimersByTime(10_000);
    progress.update({ stored: 20_000, existing: 5000, refused: 0 }, 250);
    progress.update({ stored: 20_001, existing: 5000, refused: 0 }, 251);
    expect(out.text()).toBe("25 %, 25,000 messages, 2,500/s, 30 s left\n");
    progress.stop();
  });

  it("shows no share and no time left of a pipe", () => {
    vi.useFakeTimers();
    const out = openOut(true);
    const progress = createProgress(out.stream, undefined);
    vi.advanceTimersByTime(10_000);
    progress.update({ stored: 100, existing: 0, refused: 0 }, 250);
    expect(out.text()).toBe("100 messages, 10/s\n");
    progress.stop();
  });

  it("draws a bar on a terminal, notes above it, and leaves nothing of it at the end", () => {
    vi.useFakeTimers();
    const out = openOut(true);
    const progress = createProgress(out.stream, 1000);
    vi.advanceTimersByTime(1000);
    progress.update({ stored: 500, existing: 0, refused: 0 }, 500);
    vi.advanceTimersByTime(200);
    expect(out.text()).toContain("[==========----------] 50 %, 500 messages, 500/s, 1.0 s left");
    progress.note("line 7: not JSON");
    progress.stop();
    expect(out.text()).toContain("line 7: not JSON\n");
    // Nothing wraps, hides or stays behind it.
    expect(out.raw()).not.toContain("[?");
  });

  it("escapes what could steer a terminal", () => {
    const out = openOut(false);
    createProgress(out.stream, 1).note(`a${String.fromCharCode(0x1b, 0x9b)}b\u202e`);
    expect(out.raw()).toBe("a\\u{1b}\\u{9b}b\\u{202e}\n");
  });
});

function openOut(isTTY: boolean) {
  let raw = "";
  const sink = new Writable({
    write(chunk, _encoding, done) {
      raw += String(chunk);
      done();
    },
  });
  const stream = Object.assign(sink, { isTTY, columns: 120 }) as unknown as NodeJS.WriteStream;
  return { stream, raw: () => raw, text: () => stripVTControlCharacters(raw) };
}
