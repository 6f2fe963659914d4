import type { Events } from "../../commit/events.ts";
import { RecentMap } from "../../commit/recent-map.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import { chunksOf } from "../chunks.ts";
import type { Connection } from "../connection/connection.ts";
import type { ConversationDocument, ConversationState } from "../documents.ts";

/** How long a mark as active lasts, in ms, and how much of it may be left when it is renewed. */
export const leaseMs = 60_000;
const renewWhenLeftMs = 30_000;
/** How long after the end of its mark a conversation is settled, in ms. Clocks may differ by this much. */
export const settleAfterMs = 60_000;
/** How many conversations are remembered as active. */
const rememberedMax = 50_000;
/** Of how many conversations one command changes the memberships. Each has at most `fanOutMax`. */
const fannedOutMax = 100;

/** Conversations to wake, each with its time of creation if it may be created. */
export type Wakings = ReadonlyMap<string, Date | undefined>;

/** Until when conversations are marked. */
export type Marks = ReadonlyMap<string, Date>;

type Found = Pick<ConversationDocument, "_id" | "active_until" | "state" | "is_large">;

/** What waking needs. */
export type WakingConnection = Pick<Connection, "conversations" | "members" | "keepsInboxes">;

/** The marks of conversations that this process writes to. */
export type Waking = ReturnType<typeof createWaking>;

/**
 * Marks conversations as active before entries are stored and before members join, so that nothing trusts what is stored of their
 * activity. That of a conversation that is asleep is removed from its memberships first. See docs/decisions/0014.
 */
export function createWaking(
  { conversations, members, keepsInboxes }: WakingConnection,
  events: Pick<Events, "watch">,
) {
  const activeUntil = new RecentMap<string, number>(rememberedMax);

  events.watch((event) => {
    if (event.kind === "missed") activeUntil.clear();
  });

  /** Tells whether a conversation has to be marked, or its mark renewed. */
  function isDue(id: string, now: number): boolean {
    return (activeUntil.get(id) ?? 0) - now < renewWhenLeftMs;
  }

  /** Marks those conversations whose marks are due, and returns the marks of all. */
  async function wake(wakings: Wakings): Promise<Marks> {
    const now = Date.now();
    const until = new Date(now + leaseMs);
    const marks = new Map<string, Date>();
    const due = new Map<string, Date | undefined>();
    for (const [id, created_at] of wakings) {
      const isOver = isDue(id, now);
      marks.set(id, isOver ? until : new Date(activeUntil.get(id) ?? 0));
      if (isOver) due.set(id, created_at);
    }
    if (due.size === 0) return marks;
    if (await keepsInboxes()) await wakeDue(due, until);
    else await mark(due, until, "marked");
    for (const id of due.keys()) activeUntil.set(id, until.getTime());
    return marks;
  }

  async function wakeDue(due: Wakings, until: Date): Promise<void> {
    const now = Date.now();
    const mayBeAsleep = (id: string) => (activeUntil.get(id) ?? 0) + settleAfterMs < now;
    const unknown = [...due.keys()].filter(mayBeAsleep);
    const known = [...due.keys()].filter((id) => !mayBeAsleep(id));
    const rest = (await renew(known, until)) ? unknown : [...due.keys()];
    if (rest.length === 0) return;
    const found = await find(rest);
    const awake = found.filter(({ state }) => state === "awake").map(({ _id }) => _id);
    const renewed = new Set((await renew(awake, until)) ? awake : []);
    const left = rest.filter((id) => !renewed.has(id));
    if (left.length === 0) return;
    const asleep = found.filter(({ _id, state, is_large }) => {
      return !renewed.has(_id) && state !== undefined && state !== "marked" && !is_large;
    });
    await clear(asleep, until);
    // A process that was suspended meanwhile must not mark what others woke and settled since.
    if (until.getTime() - Date.now() < renewWhenLeftMs) {
      throw new StoreError("unavailable", "waking conversations took too long");
    }
    await mark(new Map(left.map((id) => [id, due.get(id)])), until, "awake");
  }

  /** Renews marks, unless one of the conversations is not awake: returns `false` then. */
  async function renew(ids: readonly string[], until: Date): Promise<boolean> {
    if (ids.length === 0) return true;
    const { matchedCount } = await conversations.bulkWrite(
      ids.map((_id) => ({
        updateOne: {
          filter: { _id, state: "awake" },
          update: { $max: { active_until: until } },
        },
      })),
      { ordered: false },
    );
    return matchedCount === ids.length;
  }

  async function find(ids: readonly string[]): Promise<Found[]> {
    return conversations
      .find({ _id: { $in: [...ids] } })
      .project<Found>({ state: 1, is_large: 1 })
      .batchSize(ids.length + 1)
      .maxTimeMS(readTimeoutMs)
      .toArray();
  }

  /** Removes the activity from all memberships of conversations, so that no settling that is under way sets it again. */
  async function clear(asleep: readonly Found[], until: Date): Promise<void> {
    await Promise.all(
      chunksOf(asleep, fannedOutMax).map((some) =>
        members.bulkWrite(
          some.map(({ _id }) => ({
            updateMany: {
              filter: { conversation_id: _id },
              update: { $max: { awake: until }, $unset: { active_at: true } },
            },
          })),
          { ordered: false },
        ),
      ),
    );
  }

  async function mark(due: Wakings, until: Date, state: ConversationState): Promise<void> {
    await conversations.bulkWrite(
      [...due].map(([_id, created_at]) => ({
        updateOne: {
          filter: { _id },
          update: {
            $set: { state },
            $max: { active_until: until },
            ...(created_at && {
              $setOnInsert: { created_at, last_seq: 0, last_activity_at: created_at },
            }),
          },
          upsert: created_at !== undefined,
        },
      })),
      { ordered: false },
    );
  }

  return {
    isDue,
    wake,
    /** Makes the mark of a conversation that is about to be created. */
    async newMark() {
      const state: ConversationState = (await keepsInboxes()) ? "awake" : "marked";
      return { active_until: new Date(Date.now() + leaseMs), state };
    },
    /** Remembers a mark that was stored. */
    remember(id: string, until: Date): void {
      activeUntil.set(id, until.getTime());
    },
  };
}
