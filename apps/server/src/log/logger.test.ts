import { stripVTControlCharacters } from "node:util";
import type { Logger } from "pino";
import { expect, it } from "vitest";
import { createLogger } from "./logger.ts";

it("shows the time, the level, the message and the fields on a line", () => {
  const text = show((logger) => logger.info({ path: "/livez", ms: 1.5 }, "request"));
  expect(stripVTControlCharacters(text)).toMatch(
    /^\[\d\d:\d\d:\d\d\] INFO: request \{"path":"\/livez","ms":1\.5\}\n$/,
  );
});

it("shows the stack of an error line by line", () => {
  const err = { stack: "Error: no\n    at once" };
  const text = show((logger) => logger.error({ err }, "failed"));
  expect(text).toContain("failed");
  expect(text).toMatch(/^ +Error: no\n +at once\n/m);
});

it("has the number of the process on every line", () => {
  const text = show((logger) => logger.info("hello"), 3);
  expect(stripVTControlCharacters(text)).toContain('INFO: hello {"process":3}');
});

it("has no colors where nobody would see them", () => {
  const text = show((logger) => logger.info("hello"));
  expect(stripVTControlCharacters(text)).toBe(text);
});

it("has written a line when the call returns", () => {
  const lines: string[] = [];
  const terminal = { write: (text: string) => lines.push(text) };
  const logger = createLogger({ level: "info", format: "pretty", terminal });
  logger.debug("not shown");
  logger.fatal("last words");
  expect(lines).toEqual([expect.stringContaining("last words")]);
});

// ESC; CSI in one character; BEL; backspace; DEL; right-to-left override; a line end, which could fake a line.
const esc = String.fromCharCode(27);
const steering = `${esc}[2J|\u009b2J|\u0007|\b|\u007f|\u202e|\r\n[00:00:00] INFO: faked`;

it.each([
  ["a message", (logger: Logger) => logger.info(steering)],
  ["a field", (logger: Logger) => logger.info({ path: steering }, "request")],
  [
    "what a field holds",
    (logger: Logger) => logger.info({ list: [{ path: steering }] }, "request"),
  ],
  ["an error", (logger: Logger) => logger.error({ err: new Error(steering) }, "failed")],
])("escapes what could steer a terminal in %s", (_where, log) => {
  const text = show(log);
  // Line ends are the only control characters that are the log's own.
  expect(text).not.toMatch(/[^\P{C}\n]/u);
  expect(text).toContain("\\u{1b}[2J|\\u{9b}2J|\\u{7}|\\u{8}|\\u{7f}|\\u{202e}|\\u{d}");
  expect(text).not.toMatch(/^\[00:00:00\]/m);
});

function show(log: (logger: Logger) => void, processNumber?: number): string {
  const lines: string[] = [];
  const terminal = { write: (text: string) => lines.push(text) };
  log(createLogger({ level: "info", format: "pretty", processNumber, terminal }));
  return lines.join("");
}
