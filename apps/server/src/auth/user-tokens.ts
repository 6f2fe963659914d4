import { webcrypto } from "node:crypto";
import { type Caller, ChatError, clockToleranceMs } from "@chatnest/api";
import { isId } from "@chatnest/db";
import { errors, type JWTVerifyGetKey, type JWTVerifyResult, jwtVerify } from "jose";
import { openKeySet } from "./key-set.ts";
import { hasRepeatedNames } from "./repeated-names.ts";

/** A caller that a token speaks for. */
export type UserCaller = Extract<Caller, { kind: "user" }>;

/** What verifies user tokens (RFC 7519). */
export interface TokenSettings {
  /** A secret of at least 32 bytes for HS256, or the URL of a key set for RS256, ES256 and EdDSA. */
  key: { secret: string } | { jwksUrl: string };
  /** The `iss` that a token must have, where it is set. */
  issuer?: string | undefined;
  /** What must be in a token's `aud`, where it is set. */
  audience?: string | undefined;
}

/** Why a token is refused, for the log; a client is not told. */
export interface Refusal {
  reason: string;
  /** Whether its signature is good: it has ended, or is meant for something else. */
  isSigned: boolean;
}

const types = new Set(["jwt", "at+jwt"]);
// The end of the year 9999, the last that ISO 8601 can write.
const expMax = 253_402_300_799;

/** Makes a function that verifies tokens. It rejects with ChatError `unavailable` when the key set cannot be read. */
export function createTokenVerifier(
  settings: TokenSettings,
): (token: string) => Promise<UserCaller | Refusal> {
  const verify = createVerifier(settings);
  return async (token) => {
    if (!isCanonical(token)) return { reason: "not base64url", isSigned: false };
    try {
      return toCaller(token, await verify(token));
    } catch (error) {
      if (error instanceof ChatError) throw error;
      return toRefusal(error);
    }
  };
}

function createVerifier({ key, issuer, audience }: TokenSettings) {
  const isShared = "secret" in key;
  const getKey = isShared ? importSecret(key.secret) : openKeySet(key.jwksUrl);
  const options = {
    algorithms: isShared ? ["HS256"] : ["RS256", "ES256", "EdDSA"],
    requiredClaims: ["exp", "sub"],
    clockTolerance: clockToleranceMs / 1_000,
    ...(issuer !== undefined && { issuer }),
    ...(audience !== undefined && { audience }),
  };

  return async (token: string): Promise<JWTVerifyResult> => {
    try {
      return await jwtVerify(token, getKey, options);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      return verifyByAny(error, token);
    }
  };

  // A token without `kid`, while the set has several keys of its algorithm.
  async function verifyByAny(
    candidates: errors.JWKSMultipleMatchingKeys,
    token: string,
  ): Promise<JWTVerifyResult> {
    for await (const candidate of candidates) {
      try {
        return await jwtVerify(token, candidate, options);
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function importSecret(secret: string): JWTVerifyGetKey {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = webcrypto.subtle.importKey("raw", Buffer.from(secret), algorithm, false, ["verify"]);
  return () => key;
}

// What jose leaves to its callers. The signature is good here.
function toCaller(
  token: string,
  { protectedHeader, payload }: JWTVerifyResult,
): UserCaller | Refusal {
  const { typ } = protectedHeader;
  const { sub, exp } = payload;
  const refuse = (reason: string): Refusal => ({ reason, isSigned: true });
  if (typ !== undefined && !isType(typ)) return refuse("not a JWT by its typ");
  // It means something only together with `crit` (RFC 7797, section 6), and then it is no JWT.
  if ("b64" in protectedHeader) return refuse("b64");
  if (token.split(".", 2).some((part) => hasRepeatedNames(decode(part)))) {
    return refuse("a name that is repeated");
  }
  if (typeof sub !== "string" || !isId(sub)) return refuse("sub is no user id");
  if (exp === undefined || exp > expMax) return refuse("exp is no time");
  return { kind: "user", user_id: sub, expiresAt: Math.floor(exp * 1_000) };
}

function isType(typ: unknown): boolean {
  return typeof typ === "string" && types.has(typ.toLowerCase().replace(/^application\//, ""));
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) {
    return { reason: `${error.code} ${error.claim}`, isSigned: true };
  }
  // Codes alone: texts may quote the token.
  const reason = error instanceof errors.JOSEError ? error.code : "unreadable";
  return { reason, isSigned: false };
}

// One spelling of each token, or the spare bits at the end of a part could be varied.
function isCanonical(token: string): boolean {
  const parts = token.split(".");
  return parts.length === 3 && parts.every((part) => toBase64Url(part) === part);
}

function toBase64Url(part: string): string {
  return Buffer.from(part, "base64url").toString("base64url");
}

function decode(part: string): string {
  return Buffer.from(part, "base64url").toString();
}
