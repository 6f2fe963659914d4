import { type TrackedEnvelope, tracked } from "@trpc/server";
import { toTrpcError } from "../errors.ts";

/** The id of events before the first one with an id. A client that reconnects with it starts anew. */
export const beginning = "0";

/** An event for a follower, and the id to resume from after it. Without an `id`, the previous one stays valid. */
export interface LiveEvent<TEvent> {
  id?: string;
  event: TEvent;
}

/** The parts of a following. */
export interface FollowingParts<TNews, TEvent> {
  /** Starts following and returns the news in batches. */
  begin(): AsyncIterable<TNews>;
  /** Converts a batch to events. */
  toEvents(news: TNews): LiveEvent<TEvent>[];
  /** The id to resume from before the first event with an id. @default {@link beginning} */
  firstId?: string;
}

/**
 * The result of a procedure that follows. Following starts when it is read, in one of two ways: event by event, as tRPC does,
 * or batch by batch, so that one batch can be written once for many followers. Batches pass through no further generator, which
 * would make each delivery a third more expensive.
 */
export class Following<TNews, TEvent> implements AsyncIterable<TrackedEnvelope<TEvent>, void> {
  readonly #parts: FollowingParts<TNews, TEvent>;

  constructor(parts: FollowingParts<TNews, TEvent>) {
    this.#parts = parts;
  }

  /** Starts following and returns the batches. */
  batches(): AsyncIterable<TNews> {
    return this.#parts.begin();
  }

  /** Converts a batch to events. */
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
