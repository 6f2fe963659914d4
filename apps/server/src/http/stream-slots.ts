import { type Caller, ChatError, type Live } from "@chatnest/api";
import type { Ending } from "./web-answer.ts";

/** How many streams there may be at a time. */
export interface StreamLimits {
  /** @default 8000 */
  perProcess?: number;
  /** Of one user: tabs, devices, and those of them that were cut off and are not found out yet. @default 100 */
  perUser?: number;
}

/** Lets in as many streams as a process can bear, whichever border they leave by. */
export class StreamSlots {
  readonly #perProcess: number;
  readonly #perUser: number;
  #taken = 0;
  readonly #takenBy = new Map<string, number>();

  constructor({ perProcess = 8_000, perUser = 100 }: StreamLimits = {}) {
    this.#perProcess = perProcess;
    this.#perUser = perUser;
  }

  /** How many are taken. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Takes a slot for a stream, of one user where a user is named; answers with how to free it, once.
   * @throws ChatError `unavailable` when as many are taken as there are.
   */
  take(userId?: string): () => void {
    if (this.#taken >= this.#perProcess) throw refuse("streams");
    if (userId !== undefined) this.#count(userId);
    this.#taken++;
    return () => {
      this.#taken--;
      if (userId !== undefined) this.#discount(userId);
    };
  }

  /**
   * Takes a slot for a caller; one with a user's token holds it as that user, any other as the user that it names.
   * @throws ChatError `unavailable` when as many are taken as there are.
   */
  takeFor(caller: Caller, userId?: string): () => void {
    return this.take(caller.kind === "user" ? caller.user_id : userId);
  }

  #count(userId: string): void {
    const taken = this.#takenBy.get(userId) ?? 0;
    if (taken >= this.#perUser) throw refuse("streams of this user");
    this.#takenBy.set(userId, taken + 1);
  }

  #discount(userId: string): void {
    const left = (this.#takenBy.get(userId) ?? 0) - 1;
    if (left > 0) this.#takenBy.set(userId, left);
    else this.#takenBy.delete(userId);
  }
}

/** Who holds slots, and until when. */
export interface SlotHolder {
  caller: Caller;
  /** Called when a following begins. */
  endingOf(): Ending;
}

/** Lets each follower hold a slot of its caller from its beginning until its answer has ended. */
export function limitLive(live: Live, slots: StreamSlots, { caller, endingOf }: SlotHolder): Live {
  function hold(userId?: string): void {
    const ending = endingOf();
    // Closed for good: nobody would hear of it again.
    if (ending.closed) return;
    ending.once("close", slots.takeFor(caller, userId));
  }

  return {
    followConversation(input, signal) {
      hold();
      return live.followConversation(input, signal);
    },
    followUser(input, signal) {
      hold(input.user_id);
      return live.followUser(input, signal);
    },
    close: () => live.close(),
  };
}

function refuse(what: string): ChatError {
  return new ChatError("unavailable", `there are too many ${what}; come back later`);
}
