import { type ChatStore, openSqliteStore } from "@chatnest/db";
import { expect } from "vitest";

/** What a store has told its caller. */
export type Ack =
  | { kind: "sent"; room: string; seq: number; content: string }
  | { kind: "seen"; room: string; seq: number }
  | { kind: "created" | "joined"; id: string };

/** Reads what was noted; the last line may be cut off. */
export function parseAcks(text: string): Ack[] {
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Ack);
}

/** Checks that a file has all that its store has acknowledged or shown. */
export async function expectKept(file: string, acks: readonly Ack[], where: string): Promise<void> {
  const store = openSqliteStore(file);
  try {
    const logs = new Map<string, string[]>();
    for (const ack of acks) {
      if ("id" in ack) {
        const user_id = ack.kind === "created" ? "bob" : "cid";
        expect(await store.members.has({ conversation_id: ack.id, user_id }), where).toBe(true);
        continue;
      }
      const contents = logs.get(ack.room) ?? (await readContents(store, ack.room));
      logs.set(ack.room, contents);
      expect(contents.length, `${ack.kind} ${where}`).toBeGreaterThanOrEqual(ack.seq);
      if (ack.kind === "sent") expect(contents[ack.seq - 1], where).toBe(ack.content);
    }
    for (const [room, contents] of logs) {
      const [conversation] = await store.conversations.get([room], 0);
      expect(conversation?.last_seq, where).toBe(contents.length);
    }
  } finally {
    await store.close();
  }
}

async function readContents(store: ChatStore, room: string): Promise<string[]> {
  const contents: string[] = [];
  for (;;) {
    const range = { after: contents.length, limit: 1_000, from: "oldest" } as const;
    const page = await store.messages.page(`c:${room}`, range);
    if (page.length === 0) return contents;
    contents.push(...page.map(({ content }) => content));
  }
}
