import { ChatError } from "./errors.ts";
import { type FetchLike, platform } from "./platform.ts";

/**
 * Reads where a server is said to be: a path of it is put right behind. What is relative may be so to a page, or to
 * whatever a fetch of the app's own goes by.
 * @throws ChatError `bad_request` when nothing can be asked there.
 */
export function toBaseUrl(url: string, fetch: FetchLike | undefined): string {
  const page = platform.document?.baseURI ?? platform.location?.href;
  if (!isHttp(url, page ?? (fetch && "http://app"))) {
    const text =
      "is no url such as http://localhost:8000; without http:// it works in browsers alone";
    throw new ChatError("bad_request", `${JSON.stringify(url)} ${text}`);
  }
  return url.replace(/\/$/, "");
}

// `localhost:8000` is a URL, too, of the scheme `localhost`.
function isHttp(url: string, base: string | undefined): boolean {
  try {
    return /^https?:/.test(new platform.URL(url, base).href);
  } catch {
    return false;
  }
}
