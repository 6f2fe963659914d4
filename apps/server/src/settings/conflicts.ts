import { BlockList, isIP } from "node:net";
import { isProcessCount } from "./values.ts";

const tokenSources = ["CHATNEST_JWT_SECRET", "CHATNEST_JWKS_URL"] as const;
const credentialSources = ["CHATNEST_API_KEYS", ...tokenSources] as const;

/** Lists the settings that contradict each other, a line each, by name. */
export function findConflicts(given: Readonly<Record<string, string>>): string[] {
  const isSet = (name: string): boolean => given[name] !== undefined;
  const conflicts: string[] = [];
  if (tokenSources.every(isSet)) {
    conflicts.push("CHATNEST_JWKS_URL cannot be set together with CHATNEST_JWT_SECRET");
  }
  for (const name of ["CHATNEST_JWT_ISSUER", "CHATNEST_JWT_AUDIENCE"].filter(isSet)) {
    if (!tokenSources.some(isSet)) conflicts.push(`${name} needs ${tokenSources.join(" or ")}`);
  }
  const sources = credentialSources.filter(isSet);
  if (given["CHATNEST_AUTH"] === "none" && sources.length > 0) {
    const names = sources.join(" and ");
    conflicts.push(`CHATNEST_AUTH trusts every caller, so it cannot be set with ${names}`);
  }
  if (!isSet("CHATNEST_AUTH") && sources.length === 0 && !isLoopback(given["HOST"])) {
    conflicts.push(
      "HOST opens the server to other machines, and every caller would be trusted: " +
        `set ${credentialSources.join(", ")}, or CHATNEST_AUTH=none to trust them all, or leave HOST unset`,
    );
  }
  if (!isSet("MONGODB_URI") && isSeveral(given["CHATNEST_PROCESSES"])) {
    conflicts.push(
      "CHATNEST_PROCESSES needs MONGODB_URI: the embedded store is a file that one process holds, " +
        "so a second one could not open it",
    );
  }
  return conflicts;
}

function isSeveral(processes = "1"): boolean {
  return processes === "auto" || (isProcessCount(processes) && Number(processes) > 1);
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");

/** Tells whether a HOST is reached from this machine only. */
export function isLoopback(host = "127.0.0.1"): boolean {
  const version = isIP(host);
  if (version === 0) return host.toLowerCase() === "localhost";
  return loopback.check(host, version === 6 ? "ipv6" : "ipv4");
}
