import type { ChatStore, NewEntry } from "@chatnest/db";
import { type ErrorCode, toChatError } from "./errors.ts";
import { given } from "./given.ts";
import type { ImportMessagesInput, ImportMessagesOutput } from "./schemas/import.ts";

type Line = ImportMessagesInput["messages"][number];
type Result = ImportMessagesOutput["results"][number];

/** What refuses one line, and no other. After any other error the batch can be repeated. */
const refusals: readonly ErrorCode[] = ["conflict", "not_found", "validation_failed"];

/**
 * Stores lines of an import, each log in the given order, and says what became of each.
 * @throws ChatError `unavailable`: then no outcome is known, and the lines can be imported again.
 */
export async function importEntries(store: ChatStore, lines: readonly Line[]): Promise<Result[]> {
  // Appended together, so that they share groups. Each log keeps the given order.
  const outcomes = await Promise.allSettled(
    lines.map((line) => store.log.append(toNewEntry(line))),
  );
  return outcomes.map(toResult);
}

function toNewEntry(line: Line): NewEntry {
  const conversation_id = line.conversation_id ?? null;
  if (line.kind === undefined || line.kind === "message") {
    return { ...given(line), kind: "message", conversation_id };
  }
  return { ...given(line), conversation_id };
}

function toResult(outcome: PromiseSettledResult<{ created: boolean }>): Result {
  if (outcome.status === "fulfilled") {
    return { status: outcome.value.created ? "stored" : "existing" };
  }
  const error = toChatError(outcome.reason);
  if (!refusals.includes(error.code)) throw error;
  return { status: "refused", detail: error.message };
}
