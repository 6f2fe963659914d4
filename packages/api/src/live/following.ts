import { type TrackedEnvelope, tracked } from "@trpc/server";
import { toTrpcError } from "../errors.ts";

/** The id of events before the first one with an id. A client that reconnects with it starts anew. */
export const beginning = "0";

/**
 * An event for a follower, and the id to resume from after it. Without an `id`, the previous one stays valid. Without an `event`,
 * only the id changes.
 */
export interface LiveEvent<TEvent> {
  id?: string;
  event?: TEvent;
}

/** The parts of a following. */
export interface FollowingParts<TNews, TEvent> {
  /** Starts following and returns the news in batches. */
  begin(): AsyncIterable<TNews>;
  /** Converts a batch to events. Each is made when it is taken. */
  toEvents(news: TNews): Iterable<LiveEvent<TEvent>>;
  /** What entries the events are made of: messages, or `all`. Those of one batch are the same for all who get the same. */
  entries?: "all" | undefined;
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

  /** What entries the events are made of. */
  get entries(): "all" | undefined {
    return this.#parts.entries;
  }

  /** Starts following and returns the batches. */
  batches(): AsyncIterable<TNews> {
    return this.#parts.begin();
  }

  /** Converts a batch to events. */
  toEvents(news: TNews): Iterable<LiveEvent<TEvent>> {
    return this.#parts.toEvents(news);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TrackedEnvelope<TEvent>, void> {
    let lastId = this.#parts.firstId ?? beginning;
    try {
      for await (const news of this.batches()) {
        for (const { id = lastId, event } of this.toEvents(news)) {
          lastId = id;
          if (event !== undefined) yield tracked(id, event);
        }
      }
    } catch (error) {
      throw toTrpcError(error);
    }
  }
}
