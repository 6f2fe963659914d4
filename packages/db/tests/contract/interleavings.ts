import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { NewMessage } from "../../src/ports/log.ts";
import type { ChatStore } from "../../src/store.ts";
import { type Stream, streamOf } from "../../src/stream.ts";
import { bodyOf, contentsOf, type Outcome, outcomesOf, readLog } from "../log.ts";

interface Send {
  stream: number;
  id: number;
  content: string;
}

const send: fc.Arbitrary<Send> = fc.record({
  stream: fc.nat(2),
  id: fc.nat(9),
  // Mostly the same body, so that repeats are as likely as conflicts.
  content: fc.oneof(
    { weight: 6, arbitrary: fc.constant("same") },
    { weight: 2, arbitrary: fc.string({ unit: "binary", minLength: 1, maxLength: 20 }) },
    { weight: 1, arbitrary: fc.constantFrom("\ud800", "\0", "") },
  ),
});

const groups = fc.array(fc.array(send, { maxLength: 30 }), { minLength: 1, maxLength: 5 });

/** Any interleaving of sends and repeats, against a model of a few lines. */
export function interleavingsContract(store: () => ChatStore, runs: number): void {
  it("ends any interleaving of sends and repeats dense, in order and once for each id", async () => {
    await fc.assert(
      fc.asyncProperty(groups, async (drawn) => {
        const model = new Model();
        const toMessage = messageMaker();
        for (const group of drawn) {
          const messages = group.map(toMessage);
          const expected = messages.map((message) => model.append(message));
          expect(await outcomesOf(store(), messages)).toEqual(expected);
        }
        for (const [stream, expected] of model.logs) {
          const log = await readLog(store(), stream);
          expect(contentsOf(log)).toEqual(contentsOf(expected));
          expect(log).toMatchObject(expected.map(bodyOf));
        }
      }),
      { numRuns: runs },
    );
  });
}

class Model {
  readonly logs = new Map<Stream, NewMessage[]>();

  append(message: NewMessage): Outcome {
    const { content } = message;
    if (content === "" || content.includes("\0") || !content.isWellFormed()) return "invalid";
    const log = this.logs.get(streamOf(message)) ?? [];
    const known = log.find((stored) => stored.id === message.id);
    if (known !== undefined) return known.content === content ? "repeated" : "conflict";
    this.logs.set(streamOf(message), [...log, message]);
    return "created";
  }
}

/** Two conversations and the sender's notes, all named alike. */
function messageMaker(): (drawn: Send) => NewMessage {
  const name = randomUUID();
  const conversations = [name, `n:${name}`, null];
  return ({ stream, id, content }) => ({
    kind: "message",
    id: `message-${id}`,
    user_id: name,
    content,
    conversation_id: conversations[stream] ?? null,
  });
}
