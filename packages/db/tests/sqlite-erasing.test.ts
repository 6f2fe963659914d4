import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openSqliteStore } from "../src/index.ts";
import type { ChatStore } from "../src/store.ts";
import { newFolder } from "./folder.ts";
import { upTo } from "./make.ts";
import { Room } from "./room.ts";

const secret = "s3cr3t";
const hashOf = (word: string) => word.padEnd(43, "x");

it("keeps no byte of a deleted text in the file of SQLite once it is closed", async () => {
  await expectErased(async (room) => {
    await room.say({ content: `kept, not ${secret.toUpperCase()}` });
    const mentions = [`${secret} user`, "bob"];
    const metadata = { [secret]: `${secret} b` };
    await room.say({ content: `${secret} a`, mentions, metadata, sent_hash: hashOf(secret) });
    await room.edit(2, { content: `${secret} c` });
    await room.edit(2, { metadata: { secret: `${secret} d` } });
    await room.edit(2, { content: `${secret} e`, metadata: null });
    await room.remove(2);
  });
});

// Each of these left some in unused parts of pages when rows were removed or shrank, in spite of `secure_delete`.
it.each([
  [30, 30_052],
  [200, 200_053],
  [1_500, 1_500_058],
  [4_000, 4_000_007],
])(
  "keeps none of many texts of up to %d characters that were among others",
  async (lengthMax, seed) => {
    const random = randomFrom(seed);
    const textOf = (word: string) => word.padEnd(random(lengthMax), "x");
    await expectErased(async (room, reopen) => {
      for (const round of upTo(8)) {
        const seq = (await room.head())?.seq ?? 0;
        const words = upTo(60).map(() => (random(2) === 0 ? "kept" : secret));
        await Promise.all(
          words.map((word, index) => {
            const mentions = [`${word} user ${index % 9}`];
            const more = [{ mentions }, { sent_hash: hashOf(word) }, {}][index % 3];
            return room.say({ content: textOf(word), ...more });
          }),
        );
        const edits = words.map((word, index) => {
          return room.newEdit(seq + index + 1, { content: textOf(word) });
        });
        await Promise.all(edits.filter(() => random(3) > 0).map((edit) => room.store(edit)));
        if (round % 3 === 0) await reopen();
      }
      const secrets = (await room.messages()).filter(({ content }) => content.startsWith(secret));
      const inAnyOrder = secrets.map(({ seq }) => ({ seq, at: random(1_000_000) }));
      for (const { seq } of inAnyOrder.toSorted((a, b) => a.at - b.at)) await room.remove(seq);
    });
  },
);

it("keeps none where the store is closed and opened between", async () => {
  await expectErased(async (room, reopen) => {
    await Promise.all(
      upTo(200).map((n) => room.say({ content: `${secret} ${n}`.padEnd(200, ".") })),
    );
    await Promise.all(upTo(200).map((n) => room.edit(n, { content: `${secret} ${n}` })));
    await reopen();
    for (const n of upTo(100)) await room.remove(2 * n);
    await reopen();
    await Promise.all(upTo(100).map((n) => room.remove(2 * n - 1)));
  });
});

/** Writes a text with the secret, deletes it all, and looks for it in every file that is left. */
async function expectErased(
  write: (room: Room, reopen: () => Promise<void>) => Promise<void>,
): Promise<void> {
  await using folder = await newFolder();
  const file = join(folder.path, "chatnest.db");
  let store: ChatStore = openSqliteStore(file);
  const room = new Room(() => store);
  await write(room, async () => {
    await store.close();
    store = openSqliteStore(file);
  });
  expect(JSON.stringify(await room.entries())).not.toContain(secret);
  await store.close();
  const names = await readdir(folder.path);
  expect(names).toContain("chatnest.db");
  for (const name of names) {
    const bytes = await readFile(join(folder.path, name));
    const at = bytes.indexOf(secret);
    const around = at === -1 ? "" : bytes.subarray(at - 40, at + 40).toString("latin1");
    expect(around, `${name} at ${at} of ${bytes.length}`).toBe("");
  }
}

/** Makes a function that draws the same numbers every time, each below a limit: https://en.wikipedia.org/wiki/Lehmer_random_number_generator */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}
