import { expect, it } from "vitest";
import { readSettings } from "../env.ts";
import { createKey } from "./key.ts";

it("makes a key that the settings take, a new one each time", () => {
  const keys = Array.from({ length: 100 }, createKey);
  expect(new Set(keys).size).toBe(100);
  for (const key of keys) expect(key).toMatch(/^cnk_[\w-]{43}$/);
  const { credentials } = readSettings({ CHATNEST_API_KEYS: keys.join(", ") }, "no-such-file");
  expect(credentials).toEqual({ apiKeys: keys });
});
