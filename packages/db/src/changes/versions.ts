import type { Entry, Message, Version } from "../entities.ts";
import { messagePageSizeMax } from "../limits.ts";
import { ChunkedPage } from "../paging/chunked-page.ts";
import { fitPage } from "../paging/page-length.ts";
import type { LogRange } from "../ports/log.ts";

const range = { limit: messagePageSizeMax, from: "newest" } as const satisfies LogRange;

/** The newest texts of a message, which are read in chunks of its edits. */
export class VersionPage {
  readonly #sent: Message;
  readonly #page = new ChunkedPage<Version>(range);

  constructor(sent: Message) {
    this.#sent = sent;
  }

  /** The part of the edits to read next; `undefined` when the page is complete. */
  get next(): LogRange | undefined {
    return this.#page.next;
  }

  /** The texts, oldest first. */
  get versions(): Version[] {
    return fitPage(this.#page.items, range);
  }

  /** Adds the edits of the next part, oldest first. */
  add(edits: readonly Entry[]): void {
    const isAll = edits.length < (this.#page.next?.limit ?? 0);
    const versions = edits.filter((edit) => edit.kind === "edit").map(toVersion);
    this.#page.add(isAll ? [toVersion(this.#sent), ...versions] : versions, edits);
  }
}

/** Returns the text that a message or an edit has stored. */
export function toVersion({
  seq,
  user_id,
  content,
  metadata,
  timestamp,
}: Pick<Message, "seq" | "user_id" | "content" | "metadata" | "timestamp">): Version {
  return { seq, user_id, content, ...(metadata !== undefined && { metadata }), timestamp };
}
