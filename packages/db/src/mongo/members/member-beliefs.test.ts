import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createEvents } from "../../commit/events.ts";
import { MemberBeliefs } from "./member-beliefs.ts";

const ann = "ann\nroom";
const left = { kind: "left", user_id: "ann", conversation_id: "room" } as const;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function start() {
  const events = createEvents();
  let heardUntil = Number.NEGATIVE_INFINITY;
  return {
    events,
    beliefs: new MemberBeliefs({ events, heardUntil: () => heardUntil }),
    hear: () => {
      heardUntil = performance.now();
    },
  };
}

it("remembers a member for five seconds without change events", async () => {
  const { beliefs } = start();
  expect(beliefs.has(ann)).toBe(false);
  await beliefs.learn(async () => [ann]);
  vi.advanceTimersByTime(4_999);
  expect(beliefs.has(ann)).toBe(true);
  vi.advanceTimersByTime(1);
  expect(beliefs.has(ann)).toBe(false);
});

it("remembers a member for a minute while all change events arrive", async () => {
  const { beliefs, hear } = start();
  await beliefs.learn(async () => [ann]);
  for (let seconds = 0; seconds < 56; seconds += 4) {
    vi.advanceTimersByTime(4_000);
    hear();
    expect(beliefs.has(ann)).toBe(true);
  }
  vi.advanceTimersByTime(4_000);
  hear();
  expect(beliefs.has(ann)).toBe(false);
});

it("is at most five seconds old when change events stop", async () => {
  const { beliefs, hear } = start();
  await beliefs.learn(async () => [ann]);
  vi.advanceTimersByTime(10_000);
  hear();
  vi.advanceTimersByTime(4_999);
  expect(beliefs.has(ann)).toBe(true);
  vi.advanceTimersByTime(1);
  expect(beliefs.has(ann)).toBe(false);
});

it.each([left, { ...left, kind: "updated" } as const, { kind: "missed" } as const])(
  "forgets a member on $kind, also during the read that finds it",
  async (event) => {
    const { beliefs, events } = start();
    await beliefs.learn(async () => [ann]);
    events.emit(event);
    expect(beliefs.has(ann)).toBe(false);
    await beliefs.learn(async () => {
      events.emit(event);
      return [ann];
    });
    expect(beliefs.has(ann)).toBe(false);
    await beliefs.learn(async () => [ann]);
    expect(beliefs.has(ann)).toBe(true);
  },
);

it("remembers the other members of a read when one leaves meanwhile", async () => {
  const { beliefs, events } = start();
  await beliefs.learn(async () => {
    events.emit(left);
    return [ann, "bob\nroom"];
  });
  expect([beliefs.has(ann), beliefs.has("bob\nroom")]).toEqual([false, true]);
});

it("counts the age from the start of the read", async () => {
  const { beliefs } = start();
  await beliefs.learn(async () => {
    vi.advanceTimersByTime(3_000);
    return [ann];
  });
  vi.advanceTimersByTime(2_000);
  expect(beliefs.has(ann)).toBe(false);
});
