import { randomUUID } from "node:crypto";
import fc from "fast-check";
import type { Mentions } from "../src/entities.ts";
import type { Metadata } from "../src/metadata.ts";
import type { NewEntry } from "../src/ports/log.ts";
import { type Stream, streamOf } from "../src/stream.ts";
import { upTo } from "./make.ts";

const text = fc.constantFrom("a", "b", "c", "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}");
const metadata = fc.constantFrom<Metadata[]>({}, { n: 1 }, { n: 2, of: ["x"] });
// Mostly the same few messages, so that changes meet; also what is new, what is no message, and what is not there.
const target = fc.oneof(
  { weight: 4, arbitrary: fc.record({ seq: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ seq: fc.integer({ min: 1, max: 7 }) }) },
  { weight: 2, arbitrary: fc.record({ beforeHead: fc.integer({ min: -4, max: 6 }) }) },
);

// Most refer to nothing: what they refer to may not be there.
const maybe = fc.option(target, { nil: undefined, freq: 2 });
const message = fc.record({
  kind: fc.constant("message" as const),
  content: text,
  metadata: fc.option(metadata, { nil: undefined }),
  mentions: fc.option(fc.constantFrom<Mentions[]>("everyone", ["user-1"], ["user-2", "user-0"]), {
    nil: undefined,
    freq: 2,
  }),
  reply: fc.oneof(maybe, fc.constant(undefined)),
  thread: maybe,
});
const edit = fc.record(
  {
    kind: fc.constant("edit" as const),
    target,
    content: text,
    metadata: fc.option(metadata, { nil: null }),
    unchangedSince: target,
  },
  { requiredKeys: ["kind", "target", "content"] },
);
const metadataEdit = fc.record({ kind: fc.constant("metadata" as const), target, metadata });
const deletion = fc.record({ kind: fc.constant("deletion" as const), target });
const reaction = fc.record({
  kind: fc.constant("reaction" as const),
  target,
  key: fc.constantFrom("\u{1F44D}", "\u{1F44D}\u{1F3FD}", "heart"),
  added: fc.boolean(),
});
// More users than a reaction shows, or more keys than a message has room for.
const crowd = fc.record({
  kind: fc.constant("crowd" as const),
  target,
  of: fc.constantFrom("users" as const, "keys" as const),
  from: fc.integer({ min: 1, max: 30 }),
  count: fc.integer({ min: 1, max: 60 }),
  added: fc.boolean(),
});
// An earlier request again, the very same or another body under its id.
const repeat = fc.record({
  kind: fc.constant("repeat" as const),
  back: fc.nat(40),
  as: fc.constantFrom("same" as const, "same" as const, "other" as const, "kind" as const),
});
const bad = fc.record({ kind: fc.constant("bad" as const), target });

const what = fc.oneof(
  { weight: 6, arbitrary: message },
  { weight: 5, arbitrary: edit },
  { weight: 1, arbitrary: metadataEdit },
  { weight: 2, arbitrary: deletion },
  { weight: 9, arbitrary: reaction },
  { weight: 1, arbitrary: crowd },
  { weight: 4, arbitrary: repeat },
  { weight: 1, arbitrary: bad },
);

const drawn = fc.record({
  what,
  // Two conversations and the notes of one user; mostly the first.
  log: fc.constantFrom(0, 0, 0, 0, 1, 2),
  user: fc.nat(4),
  store: fc.nat(5),
  membersOnly: fc.constantFrom(false, false, false, true),
});

/** One drawn step: mostly one request. */
export type Drawn = typeof drawn extends fc.Arbitrary<infer TDrawn> ? TDrawn : never;

/** Groups of steps; those of a group are sent at once. `max`: else most are so short that nothing meets. */
export const drawnGroups = fc.array(fc.array(drawn, { minLength: 1, maxLength: 25, size: "max" }), {
  minLength: 1,
  maxLength: 6,
  size: "max",
});

/** What every schedule begins with, so that there is something to change: five messages, one of them a reply. */
export const opening: readonly Drawn[] = upTo(5).map((user) => ({
  what: {
    ...{ kind: "message", content: "a", metadata: undefined, reply: undefined },
    mentions: undefined,
    thread: user === 5 ? { seq: 1 } : undefined,
  },
  ...{ log: 0, user, store: 0, membersOnly: false },
}));

/** A request, through which of the open stores it is sent, and how. */
export interface Planned {
  request: NewEntry;
  store: number;
  membersOnly: boolean;
}

type Target = typeof target extends fc.Arbitrary<infer TTarget> ? TTarget : never;

/** Makes requests of what was drawn, in logs of their own. */
export class RequestMaker {
  readonly #name = randomUUID();
  readonly #requests: NewEntry[] = [];

  /** @param heads The heads of the logs as they were before. */
  make(
    { what, log, user, store, membersOnly }: Drawn,
    heads: ReadonlyMap<Stream, number>,
  ): Planned[] {
    const conversation_id = [this.#name, `${this.#name}-2`, null][log] ?? null;
    const user_id = conversation_id === null ? this.#name : `user-${user}`;
    const newHead = () => ({ id: randomUUID(), user_id, conversation_id });
    const head = heads.get(streamOf(newHead())) ?? 0;
    const seqOf = (target: Target) => {
      return "seq" in target ? target.seq : Math.max(1, head - target.beforeHead);
    };
    const requests = this.#requestsFor(what, { newHead, seqOf });
    this.#requests.push(...requests);
    return requests.map((request) => ({ request, store, membersOnly }));
  }

  #requestsFor(
    what: Drawn["what"],
    {
      newHead,
      seqOf,
    }: {
      newHead: () => Pick<NewEntry, "id" | "user_id" | "conversation_id">;
      seqOf: (target: Target) => number;
    },
  ): NewEntry[] {
    switch (what.kind) {
      case "message": {
        const { content, metadata: given, mentions, reply, thread } = what;
        const references = {
          ...(reply && { reply_to: seqOf(reply) }),
          ...(thread && { thread_seq: seqOf(thread) }),
          ...(mentions && { mentions }),
          ...(given && { metadata: given }),
        };
        return [{ kind: "message", ...newHead(), content, ...references }];
      }
      case "edit": {
        const { content, metadata: given, unchangedSince } = what;
        const optional = {
          ...(given !== undefined && { metadata: given }),
          ...(unchangedSince && { unchanged_since: seqOf(unchangedSince) }),
        };
        return [
          { kind: "edit", ...newHead(), target_seq: seqOf(what.target), content, ...optional },
        ];
      }
      case "metadata":
        return [
          { kind: "edit", ...newHead(), target_seq: seqOf(what.target), metadata: what.metadata },
        ];
      case "deletion":
        return [{ kind: "deletion", ...newHead(), target_seq: seqOf(what.target) }];
      case "reaction":
        return [{ ...what, ...newHead(), target_seq: seqOf(what.target) }].map(
          ({ target: _, ...rest }) => rest,
        );
      case "crowd":
        return upTo(what.count).map((index) => {
          const n = what.from + index;
          const head = { kind: "reaction" as const, ...newHead(), target_seq: seqOf(what.target) };
          const { conversation_id } = head;
          if (what.of === "keys") return { ...head, key: `key-${n}`, added: what.added };
          const user_id = conversation_id === null ? head.user_id : `user-${n}`;
          return { ...head, user_id, key: "\u{1F44D}", added: what.added };
        });
      case "repeat": {
        const earlier = this.#requests.at(-1 - what.back);
        return earlier ? [this.#again(earlier, what.as)] : [];
      }
      case "bad":
        return [
          { kind: "message", ...newHead(), content: "\0" },
          { kind: "edit", ...newHead(), target_seq: seqOf(what.target), content: "\0" },
          { kind: "reaction", ...newHead(), target_seq: seqOf(what.target), key: "", added: true },
        ];
    }
  }

  #again(earlier: NewEntry, as: "same" | "other" | "kind"): NewEntry {
    const { id, conversation_id, user_id } = earlier;
    if (as === "same") return earlier;
    if (as === "kind") {
      const other = { id, conversation_id, user_id };
      return earlier.kind === "reaction"
        ? { kind: "message", ...other, content: "a" }
        : { kind: "reaction", ...other, target_seq: 1, key: "heart", added: true };
    }
    if (earlier.kind === "message") return { ...earlier, content: `${earlier.content} and more` };
    return { ...earlier, target_seq: earlier.target_seq + 1 };
  }
}
