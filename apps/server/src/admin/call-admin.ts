import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { CommandError } from "../command-error.ts";
import { readFrames } from "./frames.ts";

/** What to do with what a command gives before its result. */
export interface CommandOutput {
  signal: AbortSignal;
  onProgress(value: unknown): void;
  onBytes(bytes: Uint8Array | string): Promise<void> | void;
}

/** Which command to call, and with what: a value of JSON. */
export interface AdminCall {
  name: string;
  input: unknown;
}

/**
 * Runs a command in the server behind an admin socket and returns its result.
 * @returns `undefined` when nobody listens there: no server runs on this store.
 * @throws CommandError when the command fails, or the server stops meanwhile.
 */
export async function callAdmin(
  socketPath: string,
  { name, input }: AdminCall,
  { signal, onProgress, onBytes }: CommandOutput,
): Promise<{ result: unknown } | undefined> {
  const call = request({ socketPath, path: `/${name}`, method: "POST", signal });
  call.end(JSON.stringify(input ?? null));
  let response: IncomingMessage;
  try {
    [response] = (await once(call, "response")) as [IncomingMessage];
  } catch (error) {
    signal.throwIfAborted();
    if (isNobody(error)) return undefined;
    const text = `cannot use the server's admin socket ${socketPath}: ${reasonOf(error)}`;
    throw new CommandError(text, { cause: error });
  }
  if (response.statusCode !== 200) {
    response.resume();
    throw new CommandError(`the running server does not know the command ${name}: stop it first`);
  }
  try {
    for await (const frame of readFrames(response)) {
      if ("bytes" in frame) await onBytes(frame.bytes);
      else if ("progress" in frame) onProgress(frame.progress);
      else if ("result" in frame) return { result: frame.result };
      else throw new CommandError(toMessage(frame.error));
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!isReset(error)) throw error;
  }
  throw new CommandError("the server stopped before the command ended: run it again");
}

function toMessage({ message, isKnown }: { message: string; isKnown: boolean }): string {
  return isKnown ? message : `the server could not do it; its log says why: ${message}`;
}

// There is no socket, or the process that made it was killed.
function isNobody(error: unknown): boolean {
  return ["ENOENT", "ECONNREFUSED"].includes(codeOf(error));
}

function isReset(error: unknown): boolean {
  return ["ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function reasonOf(error: unknown): string {
  return codeOf(error) === "EACCES"
    ? "permission denied: run this as the user of the server"
    : String(error instanceof Error ? error.message : error);
}
