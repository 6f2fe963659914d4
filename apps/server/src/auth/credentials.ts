import { type Caller, clockToleranceMs } from "@chatnest/api";
import { ApiKeys, toDigest } from "./api-keys.ts";
import { createTokenVerifier, type Refusal, type TokenSettings } from "./user-tokens.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

/** Which credentials a server takes. */
export interface CredentialSettings {
  /** Each lets a server act for any user. Several, so that they can be changed one after the other. */
  apiKeys: readonly string[];
  tokens?: TokenSettings | undefined;
}

/** Makes a function that tells whose credential it is given. It rejects with ChatError `unavailable` when that cannot be told now. */
export function createCredentialCheck({
  apiKeys,
  tokens,
}: CredentialSettings): (credential: string) => Promise<Caller | Refusal> {
  const keys = new ApiKeys(apiKeys);
  const verify = tokens && createTokenVerifier(tokens);
  const verified = new VerifiedTokens();
  return async (credential) => {
    const digest = toDigest(credential);
    if (keys.has(digest)) return { kind: "key" };
    if (!verify) return { reason: "no key", isSigned: false };
    const name = digest.toString("base64");
    const known = verified.find(name);
    if (known) return known;
    const caller = await verify(credential);
    if ("kind" in caller) verified.remember(name, caller, caller.expiresAt + clockToleranceMs);
    return caller;
  };
}
