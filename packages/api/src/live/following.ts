import { type TrackedEnvelope, tracked } from "@trpc/server";
import { toTrpcError } from "../errors.ts";

/** The id of what is told before there is a place: a follower that comes back with it comes as for the first time. */
export const beginning = "0";

/** What a follower is told, and where to begin again behind it; without an `id`, the one before stands. */
export interface LiveEvent<TEvent> {
  id?: string;
  event: TEvent;
}

/** What a following is made of. */
export interface FollowingParts<TNews, TEvent> {
  /** Begins it, and gives what happens in batches as they come. */
  begin(): AsyncIterable<TNews>;
  /** Takes a batch apart. */
  toEvents(news: TNews): LiveEvent<TEvent>[];
  /** Where to begin again before an event has said it. @default {@link beginning} */
  firstId?: string;
}

/**
 * What a procedure that follows answers with. Nothing is begun until it is read, in one of two ways: event by event, as tRPC
 * does, or batch by batch, by a border that writes one batch for many followers. The second has no generator in between, which
 * would make each delivery dearer by a third.
 */
export class Following<TNews, TEvent> implements AsyncIterable<TrackedEnvelope<TEvent>, void> {
  readonly #parts: FollowingParts<TNews, TEvent>;

  constructor(parts: FollowingParts<TNews, TEvent>) {
    this.#parts = parts;
  }

  /** Begins, and gives the batches as they come. */
  batches(): AsyncIterable<TNews> {
    return this.#parts.begin();
  }

  /** Takes a batch apart. */
  toEvents(news: TNews): LiveEvent<TEvent>[] {
    return this.#parts.toEvents(news);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrackedEnvelope<TEvent>, void> {
    let lastId = this.#parts.firstId ?? beginning;
    try {
      for await (const news of this.batches()) {
        for (const { id = lastId, event } of this.toEvents(news)) {
          lastId = id;
          yield tracked(id, event);
        }
      }
    } catch (error) {
      throw toTrpcError(error);
    }
  }
}
