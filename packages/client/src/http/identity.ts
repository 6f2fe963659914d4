import { ChatError } from "../errors.ts";
import { platform } from "../platform.ts";
import type { Requests } from "./request.ts";
import type { Token } from "./token.ts";

/** What an input says of who acts. */
export interface NamedUser {
  /** 1 to 128 characters. */
  user_id: string;
}

/** The same, for a client that was made with a `userId` or a token. */
export interface KnownUser {
  /** 1 to 128 characters. @default the client's user */
  user_id?: string | undefined;
}

/** An input as a client takes it that has to be told who acts, or knows it. */
export type By<TUser extends KnownUser, TInput extends NamedUser> = Omit<TInput, "user_id"> & TUser;

/** Who the calls are about when they do not say. */
export interface Identity {
  /**
   * Gives the user of the client.
   * @throws ChatError `validation_failed` when neither an option nor the token says who it is.
   */
  userId(): Promise<string>;
  /** Names whose notes a send joins, at once; they are the same for all where the user shows only later. */
  noteLane(user_id: string | undefined): string;
}

/** Finds out who a client's user is: the option says it, else the `sub` of its token. */
export function createIdentity(
  requests: Requests,
  { userId, token }: { userId?: string | undefined; token?: Token | undefined },
): Identity {
  const known = userId ?? (typeof token === "string" ? readSubject(token) : undefined);
  const showsLater = known === undefined && typeof token === "function";
  return {
    userId: async () => known ?? readSubject(await requests.token()) ?? refuse(),
    noteLane: (user_id) => `n:${showsLater ? "" : (user_id ?? known)}`,
  };
}

// Of a JWT (RFC 7519). Read and not verified: the server does that, and answers for it.
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
  const message = "say who it is, or make the client with a userId or the token of a user";
  throw new ChatError("validation_failed", `user_id: ${message}`, {
    issues: [{ path: "user_id", code: "invalid_type", message }],
  });
}
