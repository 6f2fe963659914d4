import type { ChatNestOptions } from "../create-chatnest.ts";

const hookTimeoutMsMax = 10_000;
const basePathPattern = /^(?:\/[\w\-.~]+)+$/;

/**
 * Checks the options of a ChatNest that is mounted in a server.
 * @throws TypeError
 */
export function checkOptions(options: ChatNestOptions): void {
  const { store, authenticate, credentials, trust = "nobody" } = options;
  if (typeof store !== "object" || store === null) {
    throw new TypeError(
      'store: give a store that is open, { sqlite: "FILE" } or { mongodb: "URI" }',
    );
  }
  const ways = [authenticate, credentials, trust === "nobody" ? undefined : trust];
  const given = ways.filter((way) => way !== undefined);
  if (given.length === 0) {
    throw new TypeError('say who is let in: authenticate, credentials, or trust: "everyone"');
  }
  if (given.length > 1) {
    throw new TypeError("authenticate, credentials and trust exclude each other: give one of them");
  }
  if (!["nobody", "loopback", "everyone"].includes(trust)) {
    throw new TypeError('trust: can only be "loopback", "everyone" or "nobody"');
  }
  checkBasePath(options.basePath);
  checkHooks(options);
}

function checkBasePath(basePath: string | undefined): void {
  if (basePath === undefined || basePathPattern.test(basePath)) return;
  throw new TypeError("basePath: begins with a slash and ends without one, such as /chat");
}

// A hook that is misspelled would never be called, which nobody would notice.
function checkHooks({ hooks, hookTimeoutMs = 1 }: ChatNestOptions): void {
  checkNames("hooks", hooks, ["before", "on"]);
  checkNames("hooks.before", hooks?.before, ["send"]);
  checkNames("hooks.on", hooks?.on, ["message"]);
  const isTime = Number.isInteger(hookTimeoutMs) && hookTimeoutMs >= 1;
  if (!isTime || hookTimeoutMs > hookTimeoutMsMax) {
    throw new TypeError(`hookTimeoutMs: a whole number from 1 to ${hookTimeoutMsMax}`);
  }
}

function checkNames(where: string, given: object | undefined, names: readonly string[]): void {
  const unknown = Object.keys(given ?? {}).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`${where}: there is no ${unknown}`);
}
