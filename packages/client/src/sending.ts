import type { SendMessageInput, SendMessageOutput, SendNoteInput } from "./contract.ts";
import { ChatError, type ChatErrorCode } from "./errors.ts";
import { createMessageId } from "./message-id.ts";
import { type CallOptions, type Transport, toAbortError } from "./transport.ts";

interface SendInputs {
  "messages.send": SendMessageInput;
  "notes.send": SendNoteInput;
}

// After any other failure the message is known not to be stored.
const unknownOutcomes: readonly ChatErrorCode[] = [
  "network",
  "timeout",
  "aborted",
  "unavailable",
  "internal",
  "unexpected_answer",
];

/** Sends under an id that is known before the answer, so that a send whose outcome is unknown can be repeated. */
export async function send<TPath extends keyof SendInputs>(
  transport: Transport,
  call: { path: TPath; input: SendInputs[TPath]; options: CallOptions | undefined },
): Promise<SendMessageOutput> {
  const { path, input, options } = call;
  const id = input.id ?? createMessageId();
  if (options?.signal?.aborted) throw toAbortError(options.signal.reason);
  try {
    return await transport.mutate(path, { ...input, id }, options);
  } catch (error) {
    throw error instanceof ChatError && isUnknownOutcome(error) ? withId(error, id) : error;
  }
}

// Where the server names the id itself, nothing is to be added.
function isUnknownOutcome({ code, id }: ChatError): boolean {
  return id === undefined && unknownOutcomes.includes(code);
}

function withId(error: ChatError, id: string): ChatError {
  const { code, message, status, requestId, issues, cause } = error;
  const text = `${message}; whether the message was stored is unknown, sending it again with this id is safe`;
  return new ChatError(code, text, { status, requestId, issues, id, cause });
}
