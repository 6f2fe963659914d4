import { type ChatStore, ReadCounts, type StoredMember, StoreError } from "@chatnest/db";
import type { FilePart } from "./file-parts.ts";
import { type EndLine, type ExportLine, type HeadLine, toHeadLine } from "./format.ts";
import { type PatienceOptions, withPatience } from "./patience.ts";
import { StoredLines } from "./stored-lines.ts";
import { readUnit, streamOfHead } from "./unit-lines.ts";

/** What became of a unit: it was written, or all of it was there and equal. */
export type UnitOutcome = "written" | "existing";

/**
 * Writes a unit of an export, part by part. What is there is compared, and never changed; what an interrupted run has begun is
 * completed.
 */
export class UnitWriter {
  readonly #store: ChatStore;
  readonly #head: HeadLine;
  readonly #members: StoredMember[] = [];
  #counts: ReadCounts | undefined;
  /** Of what is there, as long as it is compared. */
  #stored: StoredLines | undefined;
  #hasWritten = false;
  #isOpen = false;

  constructor(store: ChatStore, head: HeadLine) {
    this.#store = store;
    this.#head = head;
  }

  /** @throws StoreError `conflict` where the store holds something else; nothing of the part is written then. */
  async add({ lines, members, entries, end }: FilePart, options: PatienceOptions): Promise<void> {
    if (!this.#isOpen) await withPatience(() => this.#open(), options);
    this.#isOpen = true;
    const compared = this.#stored ? await this.#compare(lines) : 0;
    this.#members.push(...members);
    if (entries.length > 0 || end) this.#counts ??= new ReadCounts(this.#members);
    for (const entry of entries) this.#counts?.add(entry);
    if (this.#stored) return;
    const first = entries.length - (lines.length - compared - (end ? 1 : 0));
    const rest = compared === 0 ? entries : entries.slice(Math.max(0, first));
    if (rest.length === 0) return;
    this.#hasWritten = true;
    const stream = streamOfHead(this.#head);
    await withPatience(() => this.#store.transfer.put(stream, rest), options);
  }

  /** Ends the unit, all of whose parts were added. */
  async end(options: PatienceOptions): Promise<UnitOutcome> {
    if (this.#stored) return "existing";
    if (this.#head.type === "notes") return this.#hasWritten ? "written" : "existing";
    const { id } = this.#head;
    const { transfer } = this.#store;
    const members = this.#counts?.finish() ?? [];
    let tries = 0;
    await withPatience(async () => {
      // An attempt whose outcome was not known may have ended it.
      if (tries++ > 0 && !(await transfer.find(id))?.isBegun) return;
      await transfer.finish(id, members);
    }, options);
    return "written";
  }

  async #open(): Promise<void> {
    const head = this.#head;
    const { transfer, log } = this.#store;
    if (head.type === "notes") {
      const stream = streamOfHead(head);
      if ((await log.heads([stream])).size > 0) this.#stored = this.#read(head);
      return;
    }
    const found = await transfer.find(head.id);
    if (!found) return transfer.begin(head);
    const stored: HeadLine = { type: "conversation", ...found.conversation };
    if (!found.isBegun) this.#stored = this.#read(stored);
    else if (toHeadLine(stored) !== toHeadLine(head)) throw differs("its beginning");
  }

  #read(head: HeadLine): StoredLines {
    return new StoredLines(readUnit(this.#store, head));
  }

  /** Compares lines with what is there, and returns how many were equal: of notes, what is there may be only their beginning. */
  async #compare(lines: readonly string[]): Promise<number> {
    for (const [index, line] of lines.entries()) {
      const stored = await this.#stored?.next();
      if (stored === line) continue;
      const isBeginning = this.#head.type === "notes" && stored?.startsWith('{"type":"end",');
      if (!isBeginning) throw differs(nameOf(line));
      this.#stored = undefined;
      return index;
    }
    return lines.length;
  }
}

function differs(what: string): StoreError {
  return new StoreError("conflict", `${what} is not the same in the store, which is left as it is`);
}

function nameOf(text: string): string {
  const line = JSON.parse(text) as ExportLine | EndLine;
  switch (line.type) {
    case "entry":
      return `entry ${line.seq}`;
    case "member":
      return `the member ${line.user_id}`;
    case "end":
      return "its end";
    default:
      return "its beginning";
  }
}
