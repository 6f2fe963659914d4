import type { MemberSettings, ReadState } from "../src/entities.ts";
import { isStoreError } from "../src/errors.ts";
import type { Member } from "../src/ports/members.ts";
import type { ChatStore } from "../src/store.ts";
import type { Act } from "./inbox-oracle.ts";
import { Room } from "./room.ts";

type Answer = ReadState | MemberSettings;

/** What was done to a membership, and what was answered. */
export interface Done {
  member: Member;
  acts: readonly Act[];
  answer?: Answer;
}

/** A call of a store. */
export interface Call {
  /** Through which of the open stores: one that has removed a member knows it, the others may believe it to be there for 5 s. */
  store: number;
  run(store: ChatStore): Promise<Done[]>;
}

/** Makes entries of a member. */
export function roomOf(member: Member): Room {
  return new Room(() => {
    throw new Error("it only makes entries");
  }, member);
}

/** Names a membership. */
export function keyOf({ conversation_id, user_id }: Member): string {
  return `${user_id}\n${conversation_id}`;
}

/** Returns what a call answers, or the code of its error. */
export async function answerOf(call: Promise<Answer>): Promise<Answer | string> {
  try {
    return await call;
  } catch (error) {
    if (isStoreError(error)) return error.code;
    throw error;
  }
}

/** Returns an answer that is none of an error. */
export function expectAnswer(answer: Answer | string): Answer {
  if (typeof answer === "object") return answer;
  throw new Error(`it was refused: ${answer}`);
}
