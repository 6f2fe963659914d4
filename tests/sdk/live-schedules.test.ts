import { createChatClient, type LiveState, type UserEvent } from "@chatnest/client";
import { shareOf } from "@chatnest/db/tests/schedule-share.ts";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isMessage, ModelServer } from "./model-server.ts";

const schedules = shareOf(3_000);
const rooms = ["tea", "milk", "salt", "rye", "oats", "figs"];

/** What happens next: to the conversations, to the connection, or a step that waits is let go. */
const room = fc.constantFrom(...rooms);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ add: room, count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ join: room }) },
  { weight: 1, arbitrary: fc.record({ leave: room }) },
  { weight: 2, arbitrary: fc.constant({ cut: true }) },
  { weight: 1, arbitrary: fc.constant({ restore: true }) },
  { weight: 4, arbitrary: fc.record({ wait: fc.constantFrom(0, 100, 1_000, 40_000) }) },
  { weight: 16, arbitrary: fc.constant({ go: true }) },
);
const fate = fc.constantFrom("answered", "answered", "answered", "away", "lost");

describe("following a user", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it(`has no gap and no repeat in ${schedules} schedules of a server and a network`, {
    timeout: 120_000,
  }, async () => {
    const property = fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { maxLength: 100, size: "max" }),
      fc.infiniteStream(fate),
      async (scheduler, steps, fates) => {
        const server = new ModelServer(scheduler);
        for (const id of rooms.slice(0, 4)) server.join(id);
        server.fates = fates;
        const follower = new Follower(server);
        for (const next of steps) {
          if ("add" in next) for (let n = 0; n < next.count; n++) server.add(next.add);
          else if ("join" in next) server.join(next.join);
          else if ("leave" in next) server.leave(next.leave);
          else if ("cut" in next) server.cut();
          else if ("restore" in next) server.restore();
          else if ("wait" in next) await vi.advanceTimersByTimeAsync(next.wait);
          else if (scheduler.count() > 0) await scheduler.waitOne();
          // Lets go on what waits for no step.
          await vi.advanceTimersByTimeAsync(0);
        }
        // From now on nothing goes wrong, and somebody says something everywhere.
        server.fates = undefined;
        for (const id of server.memberships) server.say(id);
        const isDone = () => follower.status === "live" && follower.hasAllOf(server);
        for (let round = 0; round < 200 && !isDone(); round++) {
          await scheduler.waitIdle();
          await vi.advanceTimersByTimeAsync(1_000);
        }
        const { wrongs, places, status } = follower;
        follower.stop();
        expect(wrongs).toEqual([]);
        expect([...places]).toEqual(expect.arrayContaining(follower.due(server)));
        expect(status).toBe("live");
      },
    );
    await fc.assert(property, { numRuns: schedules });
  });
});

/** Checks what it is told against what it was told before. */
class Follower {
  readonly places = new Map<string, number>();
  readonly wrongs: string[] = [];
  #state: LiveState | undefined;
  readonly #leaving = new AbortController();

  constructor({ fetch }: ModelServer) {
    const chat = createChatClient({ url: "", fetch: fetch as unknown as typeof globalThis.fetch });
    chat.user("ada").subscribe({
      signal: this.#leaving.signal,
      onState: (state) => {
        this.#state = state;
      },
      onEvent: (event) => this.#learn(event),
      onMessage: ({ conversation_id, seq }) => {
        const id = conversation_id ?? "";
        const place = this.places.get(id);
        let next = (place ?? Number.NaN) + 1;
        while (next < seq && !isMessage(next)) next++;
        if (seq !== next) this.wrongs.push(`${id}: ${seq} after ${place}`);
        this.places.set(id, seq);
      },
    });
  }

  get status(): LiveState["status"] | undefined {
    return this.#state?.status;
  }

  /** Where it has to stand in the end. */
  due({ ends, memberships }: ModelServer): [string, number][] {
    return [...memberships].map((id) => [id, ends.get(id) ?? 0]);
  }

  hasAllOf(server: ModelServer): boolean {
    return this.due(server).every(([id, end]) => this.places.get(id) === end);
  }

  stop(): void {
    this.#leaving.abort();
  }

  #learn(event: UserEvent): void {
    if (event.type === "reset") this.places.clear();
    if (event.type === "left" && !this.places.delete(event.conversation_id)) {
      this.wrongs.push(`left ${event.conversation_id} without being there`);
    }
    const begun = event.type === "heads" ? event.heads : event.type === "joined" ? [event] : [];
    for (const { conversation_id, last_seq } of begun) {
      if (this.places.has(conversation_id)) this.wrongs.push(`began ${conversation_id} twice`);
      this.places.set(conversation_id, last_seq);
    }
  }
}
