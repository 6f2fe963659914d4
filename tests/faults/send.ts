import type { Message } from "@chatnest/db";
import type { Answer, Sent } from "./ledger.ts";

/** How long a client waits for an answer, in ms. */
export const clientTimeoutMs = 20_000;

/** Sends a message over REST and says what a client may conclude from the answer. */
export async function send(url: string, sent: Sent): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}/messages/`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(sent),
      signal: AbortSignal.timeout(clientTimeoutMs),
    });
    text = await response.text();
  } catch (error) {
    return { kind: "unknown", reason: reasonOf(error) };
  }
  return toAnswer(response, text, sent);
}

function toAnswer({ status, headers }: Response, text: string, sent: Sent): Answer {
  if (status === 503) {
    const { id } = JSON.parse(text) as { id?: string };
    if (id !== sent.id) return { kind: "wrong", reason: `a 503 does not name the id: ${text}` };
    if (!headers.has("retry-after")) return { kind: "wrong", reason: "a 503 without Retry-After" };
    return { kind: "unknown", reason: "503" };
  }
  if (status !== 200 && status !== 201) return { kind: "wrong", reason: `${status}: ${text}` };
  const message = JSON.parse(text) as Message;
  const isSame =
    message.id === sent.id &&
    message.user_id === sent.user_id &&
    message.content === sent.content &&
    message.conversation_id === sent.conversation_id;
  return isSame
    ? { kind: "acknowledged", message }
    : { kind: "wrong", reason: `another message was answered: ${text}` };
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (cause instanceof Error && "code" in cause) return String(cause.code);
  return cause instanceof Error ? cause.name : String(cause);
}
