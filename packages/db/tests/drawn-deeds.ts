import fc from "fast-check";

/** The users and the conversations of a schedule, by number. */
const user = fc.constantFrom(0, 0, 0, 1, 1, 2);
const room = fc.constantFrom(0, 0, 0, 1, 1, 2);
/** How far before the end something is. */
const back = fc.oneof({ weight: 3, arbitrary: fc.nat(3) }, fc.nat(12));
const member = { user, room };

const minute = 60_000;
// Some ms more than whole seconds, so that a mute never ends in the very moment of something else.
const muted = fc.constantFrom(null, -60 * minute + 13, 100_013, 60 * minute + 13);

const send = fc.record({
  kind: fc.constant("send" as const),
  ...member,
  mentions: fc.constantFrom(undefined, undefined, "everyone" as const, [0], [1, 2], [0, 1, 2, 3]),
  reply: fc.option(back, { nil: undefined, freq: 4 }),
  // Most are sent now; the others are imported.
  age: fc.constantFrom(0, 0, 0, 0, 0, minute, 90 * minute, -minute),
});
const change = fc.record({
  kind: fc.constantFrom("edit" as const, "react" as const, "delete" as const, "delete" as const),
  ...member,
  back,
});
const repeat = fc.record({ kind: fc.constant("repeat" as const), back });
const mark = fc.record({
  kind: fc.constant("mark" as const),
  ...member,
  back,
  revision: fc.constantFrom("none" as const, "current" as const, "old" as const),
  isDoubled: fc.boolean(),
});
const beyond = fc.record({ kind: fc.constant("beyond" as const), ...member });
const unread = fc.record({ kind: fc.constant("unread" as const), ...member, back });
const set = fc.record({
  kind: fc.constant("set" as const),
  ...member,
  change: fc.record(
    { muted, pinned: fc.boolean(), archived: fc.constantFrom(true, true, false) },
    { requiredKeys: [] },
  ),
});
const membership = fc.record({
  kind: fc.constantFrom("join" as const, "leave" as const),
  ...member,
});
const create = fc.record({ kind: fc.constant("create" as const) });
const title = fc.record({ kind: fc.constant("title" as const), ...member });

const deed = fc.oneof(
  { weight: 9, arbitrary: send },
  { weight: 5, arbitrary: change },
  { weight: 1, arbitrary: repeat },
  { weight: 6, arbitrary: mark },
  { weight: 1, arbitrary: beyond },
  { weight: 3, arbitrary: unread },
  { weight: 6, arbitrary: set },
  { weight: 3, arbitrary: membership },
  { weight: 1, arbitrary: create },
  { weight: 1, arbitrary: title },
);

/** What one user does. */
export type Deed = typeof deed extends fc.Arbitrary<infer TDeed> ? TDeed : never;

const step = fc.record({
  /** Done at the same time, each through one of the open stores, and after some reads, if all is settled meanwhile. */
  deeds: fc.array(
    fc.record({ deed, store: fc.nat(3), reads: fc.constantFrom(0, 0, 1, 2, 3, 4, 6, 8) }),
    { maxLength: 5, size: "max" },
  ),
  /** How long it is before, in ms. */
  passes: fc.constantFrom(0, 0, 20_000, 70_000),
  /** Whether all is quiet before, and settled at the same time. */
  isQuiet: fc.constantFrom(true, false, false),
  reopens: fc.constantFrom(true, ...Array<false>(11).fill(false)),
});

/** What is done at the same time, and what happens before. */
export type Step = typeof step extends fc.Arbitrary<infer TStep> ? TStep : never;

/** Any schedule, and how many others are in its first conversation: most of them none, some as many as make it large. */
export const drawnSchedule = fc.record({
  crowd: fc.constantFrom(0, 0, 0, 0, 0, 0, 98, 101),
  steps: fc.array(step, { minLength: 1, maxLength: 10, size: "max" }),
});
