import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";
import type { TokenSettings } from "../auth/user-tokens.ts";
import { createTokenVerifier } from "../auth/user-tokens.ts";
import { signToken } from "./token.ts";

const secret = "a secret of at least 32 bytes, for tests";

/** Signs a token of ann, or of another. */
function sign(ttl: string, tokens: Partial<TokenSettings> = {}, user = "ann"): Promise<string> {
  const settings = { apiKeys: [], tokens: { key: { secret }, ...tokens } };
  return signToken({ user, ttl }, { credentials: settings });
}

describe("a token for development", () => {
  it.each([
    ["1s", 1],
    ["90s", 90],
    ["15m", 900],
    ["1h", 3_600],
    ["30d", 2_592_000],
    ["366d", 31_622_400],
  ])("is good for %s", async (ttl, seconds) => {
    const { exp = 0, iat = 0 } = decodeJwt(await sign(ttl));
    expect(exp - iat).toBe(seconds);
    expect(Math.abs(iat - Date.now() / 1_000)).toBeLessThan(30);
  });

  it("is one that the server takes, with its issuer and audience", async () => {
    const tokens = { key: { secret }, issuer: "https://issuer.example", audience: "chat" };
    const token = await sign("1h", tokens, "[ümit] ");
    expect(await createTokenVerifier(tokens)(token)).toMatchObject({ user_id: "[ümit] " });
    expect(decodeProtectedHeader(token)).toEqual({ alg: "HS256", typ: "JWT" });
    expect(Object.keys(decodeJwt(await sign("1h"))).sort()).toEqual(["exp", "iat", "sub"]);
  });

  it.each([
    "",
    "1",
    "h",
    "0s",
    "0h",
    "-1h",
    "1.5h",
    "1 h",
    "1w",
    "1H",
    "367d",
    "9999999999s",
    "1h1m",
  ])("cannot be good for %j", async (ttl) => {
    await expect(sign(ttl)).rejects.toThrow(/^--ttl must be a time from 1s to 366d/);
  });

  it.each(["", " ", ".", "..", "a\nb", "x".repeat(129)])("cannot be of %.10j", async (user) => {
    await expect(sign("1h", {}, user)).rejects.toThrow(/^--user must be 1 to 128 characters/);
  });

  it("needs a secret", async () => {
    const options = { user: "ann", ttl: "1h" };
    const without = signToken(options, { credentials: undefined });
    await expect(without).rejects.toThrow(/^CHATNEST_JWT_SECRET must be set/);
    const keySet = sign("1h", { key: { jwksUrl: "https://issuer.example/keys" } });
    await expect(keySet).rejects.toThrow(/only CHATNEST_JWT_SECRET can sign them here/);
  });
});
