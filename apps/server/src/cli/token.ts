import { idLengthMax, isId } from "@chatnest/db";
import { SignJWT } from "jose";
import { CommandError } from "../command-error.ts";
import type { Settings } from "../env.ts";

/** Whose token, and for how long. */
export interface TokenOptions {
  user: string;
  /** A whole number and its unit, such as `15m`. */
  ttl: string;
}

const unitSeconds = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3_600],
  ["d", 86_400],
]);
const ttlSecondsMax = 366 * 86_400;

/**
 * Signs a user token that the server with these settings takes.
 * @throws CommandError
 */
export async function signToken(
  { user, ttl }: TokenOptions,
  { credentials }: Pick<Settings, "credentials">,
): Promise<string> {
  const seconds = readTtl(ttl);
  if (!isId(user)) {
    throw new CommandError(
      `--user must be 1 to ${idLengthMax} characters, not blank, no control characters, not . or ..`,
    );
  }
  const { key, issuer, audience } = credentials?.tokens ?? {};
  if (!key || !("secret" in key)) {
    throw new CommandError(
      key
        ? "with CHATNEST_JWKS_URL, tokens come from who publishes the keys: only CHATNEST_JWT_SECRET can sign them here"
        : "CHATNEST_JWT_SECRET must be set, to at least 32 bytes",
    );
  }
  const now = Math.floor(Date.now() / 1_000);
  const token = new SignJWT()
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setSubject(user)
    .setIssuedAt(now)
    .setExpirationTime(now + seconds);
  if (issuer !== undefined) token.setIssuer(issuer);
  if (audience !== undefined) token.setAudience(audience);
  return token.sign(Buffer.from(key.secret));
}

function readTtl(ttl: string): number {
  const [, count, unit = ""] = /^(\d{1,9})([smhd])$/.exec(ttl) ?? [];
  const seconds = Number(count) * (unitSeconds.get(unit) ?? Number.NaN);
  if (seconds >= 1 && seconds <= ttlSecondsMax) return seconds;
  throw new CommandError("--ttl must be a time from 1s to 366d, such as 90s, 15m, 12h or 30d");
}
