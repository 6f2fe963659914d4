// Arguments: URI, name, the hot conversation, how many write it, how many write one of their own. Answers `run <ms>` with what
// this process appended and how long each append to a conversation of its own took, in ms.
import { openMongoStore } from "@chatnest/db";
import { append } from "@chatnest/tests/support/append.ts";
import { plainText } from "../text.ts";

const [uri = "", name = "", hotConversation = "", hotCount = "", ownCount = ""] =
  process.argv.slice(2);

/** What one process did. */
export interface Appends {
  hot: number;
  ownMs: number[];
}

const store = openMongoStore({ uri });
await store.ready;
let sent = 0;
process.once("disconnect", () => process.exit());
process.on("message", (question) => void run(Number(String(question).slice("run ".length))));
process.send?.("ready");

async function run(ms: number): Promise<void> {
  const end = performance.now() + ms;
  const appends: Appends = { hot: 0, ownMs: [] };
  const hot = Array.from({ length: Number(hotCount) }, async (_, n) => {
    while (performance.now() < end) {
      await appendOne(n, hotConversation);
      appends.hot++;
    }
  });
  const own = Array.from({ length: Number(ownCount) }, async (_, n) => {
    while (performance.now() < end) {
      const startedAt = performance.now();
      await appendOne(n, `own-${name}-${n}`);
      appends.ownMs.push(performance.now() - startedAt);
    }
  });
  await Promise.all([...hot, ...own]);
  process.send?.(appends);
}

async function appendOne(n: number, conversation_id: string): Promise<void> {
  await append(store, {
    id: `${name}-${String(sent++).padStart(8, "0")}`,
    user_id: `${name}-${n}`,
    conversation_id,
    content: plainText,
  });
}
