import { ChatError } from "../errors.ts";
import { platform } from "../platform.ts";
import type { Requests } from "./request.ts";
import type { Token } from "./token.ts";

/** The part of an input that names the acting user. */
export interface NamedUser {
  /** 1 to 128 characters. */
  user_id: string;
}

/** The same for a client created with a `userId` or a token. */
export interface KnownUser {
  /** 1 to 128 characters. @default the client's user */
  user_id?: string | undefined;
}

/** An input whose `user_id` is required, or optional for a client that knows its user. */
export type By<TUser extends KnownUser, TInput extends NamedUser> = Omit<TInput, "user_id"> & TUser;

/** The user that calls act as unless they name one. */
export interface Identity {
  /** The client's user, if it is known without asking for a token. */
  known: string | undefined;
  /**
   * Returns the client's user.
   * @throws ChatError `validation_failed` when neither an option nor the token names one.
   */
  userId(): Promise<string>;
  /** Returns the lane of a user's notes at once; all notes share one while the client's user is not known yet. */
  noteLane(user_id: string | undefined): string;
}

/** Creates the identity of a client: its `userId`, else the `sub` of its token. */
export function createIdentity(
  requests: Requests,
  { userId, token }: { userId?: string | undefined; token?: Token | undefined },
): Identity {
  const known = userId ?? (typeof token === "string" ? readSubject(token) : undefined);
  const showsLater = known === undefined && typeof token === "function";
  return {
    known,
    userId: async () => known ?? readSubject(await requests.token()) ?? refuse(),
    noteLane: (user_id) => `n:${showsLater ? "" : (user_id ?? known)}`,
  };
}

// Reads a JWT (RFC 7519) without verifying it, which is up to the server.
function readSubject(token: string | undefined): string | undefined {
  try {
    const [, payload = ""] = token?.split(".") ?? [];
    const binary = platform.atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const { sub } = JSON.parse(new platform.TextDecoder().decode(bytes));
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}

function refuse(): never {
  const message = "name the user, or create the client with a userId or a user token";
  throw new ChatError("validation_failed", `user_id: ${message}`, {
    issues: [{ path: "user_id", code: "invalid_type", message }],
  });
}
