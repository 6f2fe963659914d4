import { SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { createTokenVerifier } from "./user-tokens.ts";

const secret = "a secret of at least 32 bytes, for tests";
const now = () => Math.floor(Date.now() / 1_000);

/** Signs claims that are good unless they are replaced. */
function sign(claims: Record<string, unknown> = {}, header: object = {}): Promise<string> {
  return new SignJWT({ sub: "ann", exp: now() + 60, ...claims })
    .setProtectedHeader({ alg: "HS256", ...header })
    .sign(Buffer.from(secret));
}

const verify = createTokenVerifier({ key: { secret } });

describe("a good token", () => {
  it("speaks for its sub until its exp", async () => {
    const exp = now() + 60;
    const ann = { kind: "user", user_id: "ann", expiresAt: exp * 1_000 };
    expect(await verify(await sign({ exp }))).toEqual(ann);
  });

  it.each(["auth0|507f1f77", " ann ", "ümit", "[ ] | ^ { }", "x".repeat(128), "😀".repeat(128)])(
    "may speak for %.20j",
    async (sub) => {
      expect(await verify(await sign({ sub }))).toMatchObject({ user_id: sub });
    },
  );

  it.each(["JWT", "jwt", "application/jwt", "at+jwt", "application/at+JWT"])(
    "may be of the type %s",
    async (typ) => {
      expect(await verify(await sign({}, { typ }))).toMatchObject({ kind: "user" });
    },
  );

  it.each([
    ["exp", -25],
    ["nbf", 25],
  ])("may have an %s that is %i s off, and keeps its end", async (claim, seconds) => {
    const exp = claim === "exp" ? now() + seconds : now() + 60;
    const token = await sign({ [claim]: now() + seconds, exp });
    expect(await verify(token)).toMatchObject({ expiresAt: exp * 1_000 });
  });

  it("may end at a fraction of a second, or in the year 9999", async () => {
    const exp = now() + 60.1234;
    expect(await verify(await sign({ exp }))).toMatchObject({ expiresAt: Math.floor(exp * 1e3) });
    const last = { expiresAt: 253_402_300_799_000 };
    expect(await verify(await sign({ exp: 253_402_300_799 }))).toMatchObject(last);
  });

  it("may have claims that nobody asked for", async () => {
    const claims = { iss: "x", aud: ["y"], iat: now(), jti: "z", email: "ann@example.com" };
    expect(await verify(await sign(claims))).toMatchObject({ kind: "user" });
  });
});

describe("an issuer and an audience that are set", () => {
  const strict = createTokenVerifier({ key: { secret }, issuer: "me", audience: "chat" });

  it("have to be the token's", async () => {
    for (const aud of ["chat", ["other", "chat"]]) {
      expect(await strict(await sign({ iss: "me", aud }))).toMatchObject({ user_id: "ann" });
    }
    for (const claims of [{ iss: "me" }, { aud: "chat" }, { iss: "me", aud: "chats" }, {}]) {
      expect(await strict(await sign(claims))).toMatchObject({ isSigned: true });
    }
  });
});

describe("a refusal", () => {
  it.each([
    ["has ended", { exp: 1 }, true],
    ["is for nobody", { sub: " " }, true],
    ["has no end", { exp: undefined }, true],
  ])("of a token that %s says that it is signed", async (_, claims, isSigned) => {
    expect(await verify(await sign(claims))).toMatchObject({ isSigned });
  });

  it("of a forged one says that it is not, even where it has ended too", async () => {
    const forged = await new SignJWT({ sub: "ann", exp: 1 })
      .setProtectedHeader({ alg: "HS256" })
      .sign(Buffer.from("another secret of at least 32 bytes"));
    expect(await verify(forged)).toMatchObject({ isSigned: false });
    expect(await verify("not.a.token")).toMatchObject({ isSigned: false });
  });

  it("quotes nothing of the token", async () => {
    const token = await sign({ iss: "geheim" }, { crit: ["geheim"], geheim: 1 }).catch(() => "");
    const other = createTokenVerifier({ key: { secret }, issuer: "me" });
    const answers = [await verify(token), await other(await sign({ iss: "geheim" }))];
    expect(JSON.stringify(answers)).not.toContain("geheim");
  });
});
