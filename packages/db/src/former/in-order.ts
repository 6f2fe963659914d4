import { compareKeys } from "./document-keys.ts";

/** What orders documents, beside their keys. */
export interface Ordered {
  _id?: unknown;
  conversation_id?: unknown;
  timestamp?: unknown;
}

/** How many documents of the same conversation and time are sorted together. More of them would take too much memory. */
const tiesMax = 10_000;

/**
 * Sorts documents that are in the order of conversations and times by their keys as well, where these are the same: an index of both
 * is enough to read them in order.
 */
export async function* inOrderOfKeys<TDocument extends Ordered>(
  documents: AsyncIterable<TDocument>,
): AsyncGenerator<TDocument> {
  let ties: TDocument[] = [];
  for await (const document of documents) {
    const [first] = ties;
    if (first && (ties.length === tiesMax || !isTie(first, document))) {
      yield* sorted(ties);
      ties = [];
    }
    ties.push(document);
  }
  yield* sorted(ties);
}

function isTie(a: Ordered, b: Ordered): boolean {
  const time = toTime(a);
  return (
    time !== undefined &&
    time === toTime(b) &&
    String(a.conversation_id ?? "") === String(b.conversation_id ?? "")
  );
}

function toTime({ timestamp }: Ordered): number | string | undefined {
  if (timestamp instanceof Date) return timestamp.getTime();
  return typeof timestamp === "string" ? timestamp : undefined;
}

function sorted<TDocument extends Ordered>(ties: readonly TDocument[]): readonly TDocument[] {
  return ties.length < 2 ? ties : ties.toSorted((a, b) => compareKeys(a._id, b._id));
}
