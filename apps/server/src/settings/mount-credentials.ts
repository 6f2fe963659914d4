import type { CredentialSettings } from "../auth/credentials.ts";
import { apiKeyText, isApiKey, isKeySetUrl, isSecret, secretBytesMin } from "./values.ts";

/**
 * Checks the credentials that a mounted ChatNest takes: what the command takes from the environment. A secret that is missing
 * there, and therefore empty here, would let in whoever guesses that.
 * @throws TypeError, which never shows a value.
 */
export function checkCredentials(credentials: CredentialSettings): void {
  const { apiKeys, tokens }: { apiKeys?: unknown; tokens?: unknown } = Object(credentials);
  if (
    !Array.isArray(apiKeys) ||
    !apiKeys.every((key) => typeof key === "string" && isApiKey(key))
  ) {
    throw new TypeError(`credentials.apiKeys: a list of ${apiKeyText}`);
  }
  if (tokens !== undefined) checkTokens(tokens);
  else if (apiKeys.length === 0) {
    throw new TypeError("credentials: give apiKeys or tokens, or nobody is let in");
  }
}

function checkTokens(tokens: unknown): void {
  const { key, issuer, audience }: Record<string, unknown> = Object(tokens);
  const { secret, jwksUrl }: Record<string, unknown> = Object(key);
  const isGood =
    secret === undefined
      ? typeof jwksUrl === "string" && isKeySetUrl(jwksUrl)
      : jwksUrl === undefined && typeof secret === "string" && isSecret(secret);
  if (!isGood) {
    throw new TypeError(
      `credentials.tokens.key: { secret } of at least ${secretBytesMin} bytes, or { jwksUrl }, an https URL, or http on this machine`,
    );
  }
  for (const [name, value] of Object.entries({ issuer, audience })) {
    if (value === undefined || (typeof value === "string" && value !== "")) continue;
    throw new TypeError(`credentials.tokens.${name}: must be a text`);
  }
}
