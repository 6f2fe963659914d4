import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { appRouter } from "@chatnest/api";
import type { ZodType } from "zod";
import { messageOfFill } from "../fill/chat.ts";
import { median } from "../quantile.ts";
import { plainText } from "../text.ts";

const rounds = 5;

/** Measures what it takes to check one message, in microseconds. */
export function measureValidation(): number {
  const [schema] = appRouter.messages.send._def.inputs as unknown as [ZodType];
  const message = { id: "message-1", user_id: "ann", conversation_id: "talk", content: plainText };
  return usOf(50_000, () => void schema.parse(message));
}

/** Measures what it takes to make the `ETag` of a page of 50, in microseconds. */
export function measureETag(): number {
  const messages = Array.from({ length: 50 }, (_, n) => {
    return { ...messageOfFill("long", n + 1), seq: n + 1 };
  });
  const page = JSON.stringify(messages);
  return usOf(20_000, () => void createHash("sha256").update(page).digest("base64url"));
}

/** Measures what the index of ids, and the look-up in it, add to storing a message in SQLite, in microseconds. */
export function measureExactlyOnce(): number {
  return measureInserts(true) - measureInserts(false);
}

function measureInserts(isOnce: boolean): number {
  const db = new DatabaseSync(":memory:");
  const unique = isOnce ? ", UNIQUE (stream, id)" : "";
  db.exec(`CREATE TABLE messages (
    stream TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, user_id TEXT NOT NULL,
    content TEXT NOT NULL, timestamp INTEGER NOT NULL, UNIQUE (stream, seq)${unique}) STRICT`);
  const insert = db.prepare("INSERT INTO messages VALUES (?, ?, ?, 'ann', ?, ?)");
  const find = isOnce && db.prepare("SELECT seq FROM messages WHERE stream = ? AND id = ?");
  let seq = 0;
  db.exec("BEGIN");
  const us = usOf(50_000, () => {
    const stream = `c:talk-${++seq % 100}`;
    const id = `message-${seq}`;
    if (find) find.get(stream, id);
    insert.run(stream, seq, id, plainText, seq);
  });
  db.close();
  return us;
}

/** The time of a call, in microseconds: the median of some rounds after one that only warms up. */
function usOf(count: number, call: () => void): number {
  const found: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const startedAt = performance.now();
    for (let n = 0; n < count; n++) call();
    if (round >= 0) found.push(((performance.now() - startedAt) * 1_000) / count);
  }
  return median(found);
}
