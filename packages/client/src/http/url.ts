import { ChatError } from "../errors.ts";
import { platform } from "../platform.ts";

/**
 * Reads the URL of a server, absolute or relative to a page, as a prefix for paths.
 * @throws ChatError `bad_request` when it is not an HTTP URL, such as `localhost:8000`.
 */
export function toBaseUrl(url: string): string {
  if (!isRelative(url) && !isHttp(url)) throw refuse(url);
  return url.replace(/\/$/, "");
}

/**
 * Checks that a relative URL has a page to be relative to. Called for a request, not for a client: a page that is
 * rendered on a server creates its client there, too.
 * @throws ChatError `bad_request` when there is no page.
 */
export function checkHasPage(url: string): void {
  if (isRelative(url) && !(platform.document ?? platform.location)) throw refuse(url);
}

function isRelative(url: string): boolean {
  return url === "" || /^[./]/.test(url);
}

function isHttp(url: string): boolean {
  try {
    return /^https?:/.test(new platform.URL(url).href);
  } catch {
    return false;
  }
}

function refuse(url: string): ChatError {
  const text = "is not a url such as http://localhost:8000; a relative url works only in a browser";
  return new ChatError("bad_request", `${JSON.stringify(url)} ${text}`);
}
