import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import type { ErasureMode } from "../src/ports/erasures.ts";
import { erase, expectGone } from "./erased.ts";
import { newFolder } from "./folder.ts";
import { newMessage, upTo } from "./make.ts";
import { Room } from "./room.ts";

const ann = "s3cr3t-ann";

it.each<ErasureMode>(["delete", "anonymize"])(
  "keeps no byte of the id of an erased user in any file (%s)",
  async (mode) => {
    await using folder = await newFolder();
    const file = join(folder.path, "chatnest.db");
    const store = openSqliteStore(file);
    const rooms = upTo(12).map((n) => new Room(() => store, { user_id: `user-${n}` }));
    // Rows of many users are moved about in their pages before ann goes.
    for (const round of upTo(4)) {
      await Promise.all(
        rooms.map(async (room, n) => {
          const user_id = (n + round) % 3 === 0 ? ann : `user-${round}`;
          const { seq } = await room.say({ user_id, content: `${user_id} ${round}` });
          await room.say({ mentions: [ann, "bob"], content: "x".repeat(50 * n + 1) });
          for (const reactor of [ann, ...upTo(n).map((one) => `reactor-${one}`)]) {
            await room.react(seq, "+1", reactor);
          }
          await room.edit(seq, { user_id, content: `again ${user_id}` });
          if (round % 2 === 0) await room.unreact(seq, "+1", ann);
          const member = { conversation_id: room.id, user_id: ann };
          await store.members.join(member);
          await store.reads.mark(member, { read_seq: seq });
          if (n % 4 === 0) await store.members.leave(member);
        }),
      );
      await store.log.append(newMessage({ conversation_id: null, user_id: ann }));
    }
    await expectFound(folder.path, true);
    const { pseudonym } = await erase(store, ann, mode);
    // Texts stay in this mode, also those that name the user.
    if (mode === "delete") await expectFound(folder.path, false);
    for (const room of rooms) {
      const asked = { id: room.id, user: ann, others: ["user-1", pseudonym] };
      if (mode === "delete") await expectGone(store, asked);
    }
    await Promise.all(rooms.map((room) => room.say({ user_id: "bob" })));
    await store.close();
    if (mode === "delete") await expectFound(folder.path, false);
  },
);

it("keeps no byte of the id where texts do not have it", async () => {
  await using folder = await newFolder();
  const store = openSqliteStore(join(folder.path, "chatnest.db"));
  const room = new Room(() => store);
  for (const n of upTo(50)) {
    const { seq } = await room.say({ user_id: n % 2 === 0 ? ann : "bob" });
    await room.react(seq, "+1", ann);
    await room.unreact(seq, "+1", ann);
    await room.react(seq, "+1", "cy");
  }
  await erase(store, ann, "anonymize");
  await expectFound(folder.path, false);
  await store.close();
  await expectFound(folder.path, false);
});

it("finishes after it was closed in between, and is open for others all the time", async () => {
  await using folder = await newFolder();
  const file = join(folder.path, "chatnest.db");
  let store = openSqliteStore(file);
  const room = new Room(() => store, { user_id: ann });
  await Promise.all(upTo(700).map((n) => room.say({ content: `${n}` })));
  const erasure = await store.erasures.begin(ann, "delete");
  const part = await store.erasures.replace(erasure);
  expect(part).toMatchObject({ replaced: 300, next: expect.any(String) });
  await store.close();
  store = openSqliteStore(file);
  let isDone = false;
  const writing = (async () => {
    while (!isDone) await room.say({ user_id: "bob" });
  })();
  const { pseudonym, messages } = await erase(store, ann, "delete");
  isDone = true;
  await writing;
  expect(pseudonym).toBe(erasure.pseudonym);
  expect(messages).toBe(700);
  await expectGone(store, { id: room.id, user: ann, others: ["bob"] });
  await store.close();
  await expectFound(folder.path, false);
});

it("rewrites its file while a copy of it is made, which is whole", async () => {
  await using folder = await newFolder();
  const store = openSqliteStore(join(folder.path, "chatnest.db"));
  const room = new Room(() => store, { user_id: ann });
  await Promise.all(upTo(450).map((n) => room.say({ content: `${n}`.padEnd(16_000, ".") })));
  const copy = join(folder.path, "copy.db");
  const [{ messages }] = await Promise.all([
    erase(store, ann, "delete"),
    store.transfer.backup(copy, () => {}),
  ]);
  expect(messages).toBe(450);
  await expectGone(store, { id: room.id, user: ann, others: [] });
  await store.close();
  using db = new DatabaseSync(copy);
  expect(db.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
});

async function expectFound(folder: string, isFound: boolean): Promise<void> {
  const names = await readdir(folder);
  const found = await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(folder, name));
      const at = bytes.indexOf(ann);
      return at === -1 ? [] : [`${name}: ${bytes.subarray(at - 30, at + 30).toString("latin1")}`];
    }),
  );
  if (isFound) expect(found.flat()).not.toEqual([]);
  else expect(found.flat()).toEqual([]);
}
