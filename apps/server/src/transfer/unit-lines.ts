import { createHash } from "node:crypto";
import { type ChatStore, conversationStream, noteStream, type Stream } from "@chatnest/db";
import { CommandError } from "../command-error.ts";
import {
  type EndLine,
  type HeadLine,
  toEndLine,
  toEntryLine,
  toHeadLine,
  toMemberLine,
} from "./format.ts";

/** The lines of a part of a unit. That of its last part ends with the end line. */
export interface UnitPart {
  text: string;
  end?: EndLine;
}

/** How long the text of a part is, about, in UTF-16 units. */
const partLength = 256 * 1024;
const pageSize = 1_000;

/** Returns the log of a unit. */
export function streamOfHead(head: HeadLine): Stream {
  return head.type === "notes" ? noteStream(head.user_id) : conversationStream(head.id);
}

/**
 * Reads a unit as its lines: all of it up to one head of its log. A message that is deleted meanwhile may be found erased, so the log is
 * read on until its deletion is in it.
 * @throws CommandError when the log has a hole.
 */
export async function* readUnit(store: ChatStore, head: HeadLine): AsyncGenerator<UnitPart> {
  const stream = streamOfHead(head);
  const hash = createHash("sha256");
  let text = toHeadLine(head);
  let members = 0;
  let entries = 0;

  function* cut(): Generator<UnitPart> {
    if (text.length < partLength) return;
    hash.update(text);
    yield { text };
    text = "";
  }

  const upTo = await headOf(store, stream);
  if (head.type === "conversation") {
    for await (const lines of readMembers(store, head.id, upTo)) {
      members += lines.length;
      text += lines.join("");
      yield* cut();
    }
  }
  for await (const lines of readEntries(store, stream, upTo)) {
    entries += lines.length;
    text += lines.join("");
    yield* cut();
  }
  const sha256 = hash.update(text).digest("hex");
  const end: EndLine = { type: "end", members, entries, sha256 };
  yield { text: text + toEndLine(end), end };
}

async function headOf(store: ChatStore, stream: Stream): Promise<number> {
  return (await store.log.heads([stream])).get(stream)?.seq ?? 0;
}

async function* readMembers(
  { transfer }: ChatStore,
  conversationId: string,
  upTo: number,
): AsyncGenerator<string[]> {
  let place = Number.NEGATIVE_INFINITY;
  let after: { place: number; user_id: string } | undefined;
  for (;;) {
    const range = { limit: pageSize, upTo, ...(after && { after }) };
    const members = await transfer.members(conversationId, range);
    yield members.map((member) => {
      // In microseconds: one order of joining that every store can keep, with at most 1,000 in one millisecond.
      place = Math.max(Date.parse(member.joined_at) * 1_000, place + 1);
      const joined_at = new Date(Math.floor(place / 1_000)).toISOString();
      return toMemberLine({ ...member, joined_at });
    });
    after = members.at(-1);
    if (members.length < pageSize) return;
  }
}

async function* readEntries(
  store: ChatStore,
  stream: Stream,
  firstHead: number,
): AsyncGenerator<string[]> {
  let after = 0;
  for (let upTo = firstHead; after < upTo; ) {
    let sawErased = false;
    while (after < upTo) {
      const range = { after, before: upTo + 1, limit: pageSize, from: "oldest" } as const;
      const page = await store.transfer.entries(stream, range);
      for (const entry of page) {
        if (entry.seq === after + 1) after = entry.seq;
        else throw hole(stream, after + 1);
        sawErased ||= "erased" in entry && entry.erased === true;
      }
      if (page.length === 0) throw hole(stream, after + 1);
      yield page.map(toEntryLine);
    }
    if (sawErased) upTo = await headOf(store, stream);
  }
}

function hole(stream: Stream, seq: number): CommandError {
  const log = stream.startsWith("n:") ? "notes of" : "conversation";
  return new CommandError(
    `the log of the ${log} ${stream.slice(2)} has no entry ${seq}: chatnest check tells more`,
  );
}
