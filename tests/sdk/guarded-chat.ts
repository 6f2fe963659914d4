import { setTimeout as delay } from "node:timers/promises";
import type { AppDeps } from "chatnest/app";
import { inSeconds } from "../auth/forge.ts";
import { apiKey, claim, secret } from "../auth/good-token.ts";
import { say } from "../support/live.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** Starts a server that takes keys and tokens, with a conversation of ann and bob. */
export async function startGuarded(options: Partial<AppDeps> = {}): Promise<TestServer> {
  const credentials = { apiKeys: [apiKey], tokens: { key: { secret } } };
  const server = await startServer({ trust: "nobody", credentials, ...options });
  await server.store.conversations.create({ id: "tea", user_ids: ["ann", "bob"] });
  return server;
}

/** Makes a token; one that ended in the past is taken for 30 s more. */
export function tokenOf(sub: string, seconds = 60): string {
  return claim({ sub, exp: inSeconds(seconds) });
}

/** Makes a token function whose tokens are good for a second or two, and counts how often it is called. */
export function shortTokensOf(sub: string): (() => string) & { asked: number } {
  const token = () => {
    token.asked++;
    return tokenOf(sub, -28);
  };
  token.asked = 0;
  return token;
}

/** Says something again and again, at times that follow nothing, until it is enough; returns how often. */
export async function sayUntil({ store }: TestServer, isEnough: () => boolean): Promise<number> {
  let count = 0;
  for (; !isEnough(); count++) {
    await say(store, "tea");
    await delay(50 * Math.random());
  }
  return count;
}
