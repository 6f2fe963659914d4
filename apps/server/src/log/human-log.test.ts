import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { toHumanLine } from "./human-log.ts";

const time = "2026-01-31T12:34:56.789Z";

it("shows the time, the message and the fields", () => {
  const line = { level: "info", time, url: "http://localhost:8000", ms: 1.5, msg: "ready" };
  expect(show(line)).toBe("12:34:56 ready url=http://localhost:8000 ms=1.5");
});

it("shows the level when it matters, and the stack of an error", () => {
  const line = { level: "error", time, msg: "failed", err: { stack: "Error: no\n    at once" } };
  expect(show(line)).toBe("12:34:56 error failed \nError: no\n    at once");
});

it("escapes what could steer a terminal", () => {
  const esc = String.fromCharCode(27);
  const line = toHumanLine(JSON.stringify({ level: "info", time, msg: "x", path: `/${esc}[2J` }));
  expect(line).not.toContain(`${esc}[2J`);
});

function show(line: object): string {
  return stripVTControlCharacters(toHumanLine(JSON.stringify(line)));
}
