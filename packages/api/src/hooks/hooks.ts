import type { Mentions, MessageEntry, Metadata } from "@chatnest/db";

/** A message that is about to be stored. */
export interface UnsentMessage {
  id: string;
  user_id: string;
  /** `null` for a note. */
  conversation_id: string | null;
  content: string;
  reply_to?: number;
  thread_seq?: number;
  mentions?: Mentions;
  metadata?: Metadata;
}

/** On whose behalf a request is made: one user, or a server, which may act for any user. */
export type Identity = { user_id: string } | "server";

/** What `before.send` is given. */
export interface BeforeSend {
  /** A copy. To change what is stored, return the change. */
  message: UnsentMessage;
  /** Callers that are trusted without credentials are servers, too. */
  caller: Identity;
  /** Aborts when the time is up. */
  signal: AbortSignal;
}

/**
 * What becomes of a message that is sent: with nothing it is stored as it is; `refuse` refuses it and tells the sender why, in
 * 1 to 500 characters; other fields replace those of the message, `null` removes one.
 */
export type SendDecision =
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook may return nothing
  | void
  | null
  | { refuse: string }
  | { content?: string; mentions?: Mentions | null; metadata?: Metadata | null };

/** What an application adds to sending. */
export interface Hooks {
  before?: {
    /**
     * Called before a new message is stored, whoever sends it and by whichever way; not for a repeat of a stored one, edits and
     * imports. The message is stored only if it returns in time: after an error or a timeout the sender gets a 503.
     */
    send?(sending: BeforeSend): SendDecision | Promise<SendDecision>;
  };
  on?: {
    /**
     * Called after a new message is stored, by the process that stored it, at most once, and not for imports. Nobody waits for
     * it. An error is logged.
     */
    message?(entry: MessageEntry): unknown;
  };
}

/** The names of the hooks that can be given. */
export type HookName = "before.send" | "on.message";
