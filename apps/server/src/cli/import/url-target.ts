import type { AppRouter } from "@chatnest/api";
import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import { CommandError } from "../../command-error.ts";
import { type Target, TargetError } from "./target.ts";

const callTimeoutMs = 30_000;
// The server is unreachable, or a proxy in front of it says so.
const temporaryStatuses = new Set([408, 429, 502, 503, 504]);

/**
 * Imports through a server, with a server key where it asks for one.
 * @throws CommandError when the URL is not the address of a server.
 */
export function createUrlTarget(url: string, apiKey: string | undefined): Target {
  const base = toBaseUrl(url);
  const headers = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const client = createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${base}/trpc`, fetch: fetchJson, headers })],
  });
  return async (messages, stop) => {
    const signal = AbortSignal.any([stop, AbortSignal.timeout(callTimeoutMs)]);
    try {
      return (await client.messages.import.mutate({ messages }, { signal })).results;
    } catch (error) {
      throw toTargetError(error, base);
    }
  };
}

function toBaseUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (
    !parsed ||
    !/^https?:$/.test(parsed.protocol) ||
    parsed.username ||
    parsed.search ||
    parsed.hash
  ) {
    throw new CommandError("--url must be the address of a server, such as http://localhost:8000");
  }
  return parsed.href.replace(/\/+$/, "");
}

// An answer that is not JSON comes from a proxy or from another server.
async function fetchJson(input: Parameters<typeof fetch>[0], init?: object): Promise<Response> {
  const response = await fetch(input, init);
  const contentType = response.headers.get("content-type") ?? "";
  if (contentType.startsWith("application/json")) return response;
  await response.body?.cancel();
  throw toRefusal(response.status, "is this a ChatNest server?");
}

function toTargetError(cause: unknown, base: string): unknown {
  if (!(cause instanceof TRPCClientError)) return cause;
  if (cause.cause instanceof TargetError) return cause.cause;
  const { meta, data } = cause as TRPCClientError<AppRouter>;
  const response = meta?.["response"];
  if (data) return toRefusal(data.httpStatus, cause.message);
  if (response instanceof Response) return toRefusal(response.status, "is this a ChatNest server?");
  return new TargetError(`no answer from ${base}${reasonOf(cause)}`, { cause, isTemporary: true });
}

function toRefusal(status: number, text: string): TargetError {
  const isTemporary = temporaryStatuses.has(status);
  return new TargetError(`the server answers ${status}: ${text}`, { isTemporary });
}

// fetch says only that it failed; the cause says why.
function reasonOf({ cause }: Error): string {
  if (!(cause instanceof Error)) return "";
  const reason = cause.cause instanceof Error ? cause.cause : cause;
  return reason.message === "" ? "" : ` (${reason.message})`;
}
