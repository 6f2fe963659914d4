import { setTimeout as delay } from "node:timers/promises";
import { createChatClient, type MessageList } from "@chatnest/client";
import { conversationStream, openMongoStore } from "@chatnest/db";
import { expectFolded } from "@chatnest/db/tests/folded.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append } from "../support/append.ts";
import { type Changed, startChangers } from "./changers.ts";
import { type Cluster, startCluster } from "./cluster.ts";

const statuses = [200, 201, 204, 404, 409, 422];

describe("changes of messages", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ serverCount: 3 });
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("are what the log says while primaries step down and are killed", async () => {
    await runChanges(cluster, "elections", async ({ set }) => {
      const first = await set.primary();
      await first.mongod.command({ replSetStepDown: 5, secondaryCatchUpPeriodSecs: 2 });
      await set.electedInsteadOf(first);
      await delay(1_000);
      const second = await set.primary();
      await second.mongod.kill();
      await set.electedInsteadOf(second);
      await delay(2_000);
    });
  });

  // The servers do not come back.
  it("are what the log says when servers are killed in the middle of them", async () => {
    await runChanges(cluster, "servers killed", async ({ servers }) => {
      for (const server of servers.slice(0, 2)) {
        await delay(1_000);
        await server.kill();
      }
      await delay(1_000);
    });
  });
});

/** Makes something happen while clients change a conversation, and checks that nothing is lost, doubled or stale. */
async function runChanges(
  cluster: Cluster,
  name: string,
  happen: (cluster: Cluster) => Promise<void>,
): Promise<void> {
  const conversation = name.replaceAll(" ", "-");
  await using resources = new AsyncDisposableStack();
  const store = openMongoStore({ uri: cluster.uri });
  resources.defer(() => store.close());
  await store.ready;
  for (let n = 1; n <= 30; n++) {
    const id = `message-${n}-of-${conversation}`.slice(0, 64);
    await append(store, { id, user_id: "ann", content: "hello", conversation_id: conversation });
  }
  const lists = cluster.urls.map((url) => watch(url, conversation));
  resources.defer(() => {
    for (const list of lists) list.close();
  });
  const changers = startChangers(cluster.urls, conversation);
  try {
    await delay(1_000);
    await happen(cluster);
  } finally {
    await cluster.set.heal();
    await delay(2_000);
    await changers.stop();
  }
  const oracle = await expectFolded(store, conversationStream(conversation));
  const created = changers.answered.filter(isCreated);
  process.stdout.write(
    `FAULT changes, ${name}: ${changers.answered.length} answered, ${created.length} created, ${oracle.head.seq} entries\n`,
  );
  expect(created.length).toBeGreaterThan(50);
  for (const [index, list] of lists.entries()) {
    if (!(await isUp(cluster.urls[index]))) continue;
    const shown = () =>
      list.getSnapshot().messages.map(({ status: _, changes: _own, ...rest }) => rest);
    await expect.poll(shown).toEqual(oracle.view());
  }
  expect(changers.answered.filter(({ status }) => !statuses.includes(status))).toEqual([]);
  expect(created.filter(({ id }) => !oracle.ids.has(id))).toEqual([]);
  // What was refused is not in the log.
  const refused = changers.answered.filter(({ status }) => status >= 400);
  expect(refused.filter(({ id }) => oracle.ids.has(id))).toEqual([]);
}

/** Keeps a list of the SDK current, as a page would. */
function watch(url: string, conversation: string): MessageList {
  const list = createChatClient({ url }).conversation(conversation).messages({ limit: 1_000 });
  list.subscribe(() => {});
  return list;
}

async function isUp(url = ""): Promise<boolean> {
  return fetch(`${url}/livez`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function isCreated({ status }: Changed): boolean {
  return status === 201;
}
