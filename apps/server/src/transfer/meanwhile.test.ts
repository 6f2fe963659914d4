import { type ChatStore, checkStore } from "@chatnest/db";
import { expect, it } from "vitest";
import { openFile } from "./testing/stores.ts";
import { exportText, importText } from "./testing/whole.ts";

it("an export has the deletions of the messages that are erased while it is made", async () => {
  await using source = await openFile();
  await using target = await openFile();
  const { store } = source;
  const common = { user_id: "ann", conversation_id: "room" } as const;
  await Promise.all(
    Array.from({ length: 2_500 }, (_, n) =>
      store.log.append({ kind: "message", id: `message-${n + 1}`, ...common, content: "secret" }),
    ),
  );
  let pages = 0;
  const changing: ChatStore = {
    ...store,
    transfer: {
      ...store.transfer,
      async entries(stream, range) {
        pages++;
        if (pages === 2) await remove(10, 2_400);
        // While the deletions of the first are read.
        if (pages === 4) await remove(2_450);
        return store.transfer.entries(stream, range);
      },
    },
  };
  async function remove(...seqs: number[]): Promise<void> {
    for (const target_seq of seqs) {
      await store.log.append({
        kind: "deletion",
        id: `deletion-${target_seq}`,
        ...common,
        target_seq,
      });
    }
  }
  const text = await exportText(changing);
  expect(text).toContain('"id":"deletion-2400"');
  expect(await importText(target.store, text)).toMatchObject({ written: 1, differing: 0 });
  const found = checkStore(target.store, { isAlone: true, onProgress() {} });
  for await (const { where, what } of found) expect.fail(`${where}: ${what}`);
  for (const seq of [10, 2_400]) {
    expect(await target.store.messages.get("c:room", seq)).toMatchObject({
      content: "",
      deleted_at: expect.any(String),
    });
  }
});
