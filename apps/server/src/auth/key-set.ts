import { ChatError } from "@chatnest/api";
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey } from "jose";

const fetchTimeoutMs = 3_000;
/** How long a key set is good for. */
const keptMs = 600_000;
/** How often a key that is not in the set may have it read again: the provider may have rotated its keys. */
const rereadMs = 30_000;
/** How often a provider that does not answer is asked. */
const retryMs = 1_000;

/**
 * Finds the keys of tokens in the key set (RFC 7517) at a URL, which is read when it is needed first.
 * What it returns rejects with ChatError `unavailable` when the set cannot be read.
 */
export function openKeySet(url: string): JWTVerifyGetKey {
  const find = createRemoteJWKSet(new URL(url), {
    timeoutDuration: fetchTimeoutMs,
    cacheMaxAge: keptMs,
    cooldownDuration: rereadMs,
    [customFetch]: fetchAtIntervals(retryMs),
  });
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (error) {
      if (isFaultOfToken(error)) throw error;
      throw new ChatError("unavailable", "user tokens cannot be verified; try again", {
        cause: error,
      });
    }
  };
}

// Everything else is about the set: it does not answer, it is none, a key in it is broken.
function isFaultOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
  );
}

// Anybody can send tokens of unknown keys: they must not become a flood of requests to the provider.
function fetchAtIntervals(intervalMs: number) {
  let askedAt = Number.NEGATIVE_INFINITY;
  return async (url: string, options: RequestInit): Promise<Response> => {
    const now = performance.now();
    if (now - askedAt < intervalMs) throw new Error("the key set was asked for a moment ago");
    askedAt = now;
    return fetch(url, options);
  };
}
