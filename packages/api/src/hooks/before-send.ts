import { hashSent, type NewMessage } from "@chatnest/db";
import { z } from "zod";
import type { Caller } from "../caller.ts";
import { ChatError } from "../errors.ts";
import { NewMentions } from "../schemas/mentions.ts";
import { Content } from "../schemas/messages.ts";
import { NewMetadata } from "../schemas/metadata.ts";
import type { Hooks, Identity, SendDecision } from "./hooks.ts";
import { callInTime } from "./in-time.ts";

type Decision = z.infer<typeof Decision>;
const Decision = z.union([
  z.undefined(),
  z.null(),
  z.strictObject({ refuse: z.string().min(1).max(500) }),
  z.strictObject({
    content: Content.optional(),
    mentions: NewMentions.nullable().optional(),
    metadata: NewMetadata.nullable().optional(),
  }),
]);

/**
 * Decides on a message before it is stored, and returns what to store. `checkMentions` rejects when those whom a hook mentions
 * cannot be mentioned.
 */
export type BeforeSending = (
  message: NewMessage,
  caller: Caller,
  checkMentions: (changed: NewMessage) => Promise<void>,
) => Promise<NewMessage>;

/** How a hook is called. */
export interface BeforeSendOptions {
  /** In ms. */
  timeoutMs: number;
  /** Called when the hook fails, with what nobody outside may see. */
  onError(error: unknown): void;
}

/**
 * Makes the function that asks `before.send`. It throws ChatError `forbidden` with the hook's text when the message is refused,
 * and `unavailable` when the hook fails, is late, or returns what cannot be stored.
 */
export function createBeforeSending(
  send: NonNullable<NonNullable<Hooks["before"]>["send"]>,
  { timeoutMs, onError }: BeforeSendOptions,
): BeforeSending {
  async function ask(message: NewMessage, caller: Caller): Promise<Decision> {
    const { kind: _, sent_hash: _hash, timestamp: _at, ...sent } = structuredClone(message);
    const identity = toIdentity(caller);
    const answer = await callInTime(
      // In a promise, so that it may throw at once.
      async (signal): Promise<SendDecision> => send({ message: sent, caller: identity, signal }),
      timeoutMs,
    );
    const { success, data, error } = Decision.safeParse(answer);
    if (!success || saysNothing(answer)) {
      throw new Error("before.send returned no valid decision", { cause: error });
    }
    return structuredClone(data);
  }

  async function decide(...[message, caller, checkMentions]: Parameters<BeforeSending>) {
    const decision = await ask(message, caller);
    if (!decision) return message;
    if ("refuse" in decision) return decision;
    const changed = change(message, decision);
    if (decision.mentions) await checkMentions(changed);
    return changed;
  }

  return async (message, caller, checkMentions) => {
    const decided = await decide(message, caller, checkMentions).catch((error: unknown) => {
      onError(error);
      const text = "the message could not be checked, and is not stored: send it again";
      throw new ChatError("unavailable", text, { id: message.id });
    });
    if ("refuse" in decided) throw new ChatError("forbidden", decided.refuse);
    return decided;
  };
}

// An Error, a Map or a Response has no fields of its own that could be refused, and would let the message pass.
function saysNothing(answer: SendDecision): boolean {
  if (typeof answer !== "object" || answer === null || Object.keys(answer).length > 0) return false;
  const prototype: unknown = Object.getPrototypeOf(answer);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

type Changes = Extract<Decision, { content?: unknown }>;

function change(message: NewMessage, { content, mentions, metadata }: Changes): NewMessage {
  const changed = { ...message };
  if (content !== undefined) changed.content = content;
  if (mentions) changed.mentions = mentions;
  else if (mentions === null) delete changed.mentions;
  if (metadata) changed.metadata = metadata;
  else if (metadata === null) delete changed.metadata;
  const sent_hash = hashSent(message);
  return hashSent(changed) === sent_hash ? message : { ...changed, sent_hash };
}

function toIdentity(caller: Caller): Identity {
  return caller.kind === "user" ? { user_id: caller.user_id } : "server";
}
