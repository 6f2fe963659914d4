import type { IncomingMessage } from "node:http";

type Head = Pick<IncomingMessage, "headers" | "httpVersionMajor" | "rawHeaders">;

/**
 * Says in what way a request can be read in more than one. Node's parser refuses most of what a proxy in front of the server
 * may read differently; this is the rest: RFC 9112, sections 2.3, 3.2 and 6.1.
 */
export function findAmbiguity({ headers, httpVersionMajor, rawHeaders }: Head): string | undefined {
  if (httpVersionMajor !== 1) return "the version is not that of HTTP/1.1";
  if (countHosts(rawHeaders) > 1) return "more than one Host";
  const coding = headers["transfer-encoding"];
  const isKnown = coding === undefined || coding.toLowerCase() === "chunked";
  return isKnown ? undefined : "a transfer coding other than chunked";
}

// Node keeps the first alone in `headers`.
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === "host") count++;
  }
  return count;
}
