import { ChatError } from "@chatnest/api";
import type { AppEnv } from "../app-env.ts";

// Everything but visible ASCII, and `#`, which no request carries.
const illegalCharacter = /[^!-"$-~]/;

/**
 * Reads the path and the query of a request as they were sent, neither decoded nor normalized, below the base path where
 * there is one. It is empty when the request is for something else.
 */
export function readTarget(request: Request, env?: AppEnv["Bindings"]): string {
  if (env?.basePath === undefined) return toTarget(env?.incoming?.url ?? request.url);
  // Express takes the path of a mount away from the URL, and keeps the whole here.
  const { originalUrl, url } = (env.incoming ?? request) as { originalUrl?: string; url: string };
  return below(env.basePath, toTarget(originalUrl ?? url));
}

function below(basePath: string, target: string): string {
  const rest = target.slice(basePath.length);
  if (!target.startsWith(basePath) || !/^(?:[/?]|$)/.test(rest)) return "";
  return rest.startsWith("/") ? rest : `/${rest}`;
}

function toTarget(target: string): string {
  if (target.startsWith("/")) return target;
  // The absolute form (RFC 9112, section 3.2.2).
  const start = target.indexOf("/", target.indexOf("://") + 3);
  return start === -1 ? "/" : target.slice(start);
}

/** Reads the path of a request as it was sent, so that every parameter is decoded exactly once. */
export function readPath(
  request: Request,
  options?: { env?: AppEnv["Bindings"] | undefined },
): string {
  const target = readTarget(request, options?.env);
  const end = target.indexOf("?");
  return end === -1 ? target : target.slice(0, end);
}

/** Reads the query of a target, without the question mark. */
export function queryOf(target: string): string {
  const start = target.indexOf("?");
  return start === -1 ? "" : target.slice(start + 1);
}

/**
 * Makes sure that a target can be decoded.
 * @throws ChatError `bad_request`
 */
export function checkTarget(target: string): void {
  if (illegalCharacter.test(target)) {
    throw new ChatError("bad_request", "the URL contains a character that must be percent-encoded");
  }
  if (!target.includes("%")) return;
  try {
    decodeURIComponent(target);
  } catch (error) {
    throw new ChatError("bad_request", "the URL is not percent-encoded UTF-8", { cause: error });
  }
}
