import { ChatError } from "../errors.ts";
import { platform } from "../platform.ts";

/**
 * Reads where a server is said to be, whole or relative to a page: a path of it is put right behind.
 * @throws ChatError `bad_request` when it is no URL of HTTP, such as `localhost:8000`.
 */
export function toBaseUrl(url: string): string {
  if (!isRelative(url) && !isHttp(url)) throw refuse(url);
  return url.replace(/\/$/, "");
}

/**
 * Makes sure that the platform's own fetch can ask there. Only then: a page that is made on a server makes its client, too.
 * @throws ChatError `bad_request` when the URL is relative, and there is no page.
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
  const text =
    "is no url such as http://localhost:8000; without http:// it works in browsers alone";
  return new ChatError("bad_request", `${JSON.stringify(url)} ${text}`);
}
