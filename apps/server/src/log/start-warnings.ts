import type { Settings } from "../env.ts";
import { isLoopback } from "../settings/conflicts.ts";

/** Lists what an operator should know before others use the server, a line each. */
export function findStartWarnings(settings: Settings): string[] {
  const { trust, host, mongodbUri, dataFile, credentials, warnings } = settings;
  const found = [...warnings];
  if (trust === "everyone") {
    const reach = isLoopback(host) ? "every caller, also through a proxy," : "everyone";
    found.push(`${reach} may read and write everything at ${host}: CHATNEST_AUTH is none`);
  }
  if (mongodbUri === undefined && dataFile === ":memory:") {
    found.push("CHATNEST_DATA is :memory:, so everything is gone after a stop");
  }
  const { key, audience } = credentials?.tokens ?? {};
  if (key && "jwksUrl" in key && audience === undefined) {
    found.push(
      "CHATNEST_JWT_AUDIENCE is unset: tokens that the provider makes for others are taken too",
    );
  }
  return found;
}
