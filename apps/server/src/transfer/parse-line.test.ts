import { expect, it } from "vitest";
import { parseExportLine } from "./parse-line.ts";

it("keeps every name in metadata, at every level", () => {
  const metadata = '{"__proto__":{"a":1},"":"","2":[{"__proto__":null}],"1":1e+21}';
  const line = `{"type":"conversation","id":"tea","created_at":"2025-03-14T09:00:00.000Z","metadata":${metadata}}`;
  const ordered = '{"1":1e+21,"2":[{"__proto__":null}],"__proto__":{"a":1},"":""}';
  const parsed = parseExportLine(Buffer.from(line), 2);
  expect(JSON.stringify(parsed)).toBe(line.replace(metadata, ordered));
});

it.each(["[]", "null", '"text"', "1"])("refuses %s as metadata", (metadata) => {
  const line = `{"type":"conversation","id":"tea","created_at":"","metadata":${metadata}}`;
  expect(() => parseExportLine(Buffer.from(line), 2)).toThrow("line 2: not a line of an export");
});
