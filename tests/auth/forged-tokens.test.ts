import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgeries } from "./forgeries.ts";
import { apiKey, audience, issuer, secret } from "./good-token.ts";
import { type GuardedServer, startGuarded } from "./guarded.ts";

let server: GuardedServer;
beforeAll(async () => {
  const tokens = { key: { secret }, issuer, audience };
  server = await startGuarded({ apiKeys: [apiKey], tokens });
});
afterAll(() => server[Symbol.asyncDispose]());

describe(`each of ${forgeries.length} forged credentials`, () => {
  it.each(forgeries)("is refused, and is not told why: %s", async (_, make) => {
    const token = make();
    const { status, headers, text } = await server.ask(`Bearer ${token}`);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toBe('Bearer error="invalid_token"');
    const body = { code: "unauthorized", detail: "the credentials are wrong, or have ended" };
    expect(JSON.parse(text)).toMatchObject(body);
    expect(Object.keys(JSON.parse(text)).sort()).toEqual([
      "code",
      "detail",
      "request_id",
      "status",
      "title",
      "type",
    ]);
    expect(server.logged()).not.toContain(token);
  });
});
