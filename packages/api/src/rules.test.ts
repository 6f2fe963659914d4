import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { type Caller, trustedCaller } from "./caller.ts";
import { type Context, createContext } from "./context.ts";
import type { Meta } from "./rest.ts";
import { appRouter } from "./root.ts";
import { type Rule, rules } from "./rules.ts";
import { procedure, router } from "./trpc.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());

const nouns: Record<string, Record<string, { _def: { meta: unknown } }>> = appRouter._def.record;
const procedures = Object.entries(nouns).flatMap(([noun, verbs]) =>
  Object.entries(verbs).map(([verb, { _def }]) => {
    const { name } = _def.meta as Meta;
    return { path: `${noun}.${verb}`, name };
  }),
);

describe("the table of rules", () => {
  it("has a row for each procedure, and no others", () => {
    const paths = procedures.map(({ path }) => path);
    expect(Object.keys(rules).toSorted()).toEqual(paths.toSorted());
  });

  it.each(procedures)("has the row of $path enforced at that path", ({ path, name }) => {
    expect(name).toBe(path);
  });
});

const ann = { kind: "user", user_id: "ann", expiresAt: Date.now() + 60_000 } as const;

function call(caller: Caller, name: string, input: unknown): Promise<unknown> {
  return callIn(createContext({ store, caller }), name, input);
}

function callIn(context: Context, name: string, input: unknown): Promise<unknown> {
  const [noun = "", verb = ""] = name.split(".");
  const api: unknown = appRouter.createCaller(context);
  const calls = api as Record<string, Record<string, (input: unknown) => Promise<unknown>>>;
  return calls[noun]?.[verb]?.(input) ?? Promise.reject(new Error(`there is no ${name}`));
}

const rows = Object.entries<Rule>(rules);
const selfRows = rows.filter(([, rule]) => rule.who === "users" && rule.isSelf);
const memberRows = rows.filter(([, rule]) => rule.who === "users" && rule.isMember === true);

describe("a user", () => {
  it.each(rows.filter(([, { who }]) => who === "servers"))("may not call %s", async (name) => {
    await expect(call(ann, name, {})).rejects.toMatchObject({ cause: { code: "forbidden" } });
  });

  it.each(selfRows)("cannot act as another user: %s", async (name) => {
    const input = { user_id: "bob", conversation_id: "room", content: "x", seq: 1 };
    await expect(call(ann, name, input)).rejects.toMatchObject({ cause: { code: "forbidden" } });
  });

  it.each(memberRows)("sees no conversation of others: %s", async (name) => {
    await store.conversations.create({ id: "of-others", user_ids: ["bob"] });
    const input = (conversation_id: string) => ({ conversation_id, user_id: "ann", seq: 1 });
    const message = "there is no such conversation";
    for (const id of ["of-others", "nowhere"]) {
      await expect(call(ann, name, input(id))).rejects.toMatchObject({
        cause: { code: "not_found", message },
      });
    }
  });

  it("may omit user_id", async () => {
    const note = { content: "mine" };
    expect(await call(ann, "notes.send", note)).toMatchObject({ message: { user_id: "ann" } });
    expect(await call(ann, "notes.page", undefined)).toMatchObject({ messages: [note] });
  });

  it.each([[], "text", 7, null])("gets a validation error for %j", async (input) => {
    const answer = call(ann, "notes.send", input);
    await expect(answer).rejects.toMatchObject({ cause: { code: "validation_failed" } });
  });

  it.each([7, null, ["bob"], { $ne: "ann" }])("cannot have the id %j", async (user_id) => {
    const answer = call(ann, "notes.send", { user_id, content: "x" });
    await expect(answer).rejects.toMatchObject({ cause: { code: "validation_failed" } });
  });

  it("counts each send, change, mark, creation and adding, and nothing else, against its limit", async () => {
    await store.conversations.create({ id: "counted", user_ids: ["ann"] });
    const member = { conversation_id: "counted", user_id: "bob" };
    const place = { conversation_id: "counted", seq: 1 };
    const calls: [name: string, input: object, count: number][] = [
      ["notes.send", { content: "x" }, 1],
      ["notes.page", {}, 0],
      ["conversations.page", {}, 0],
      ["messages.send", { conversation_id: "counted", content: "x" }, 1],
      ["messages.edit", { ...place, content: "y" }, 1],
      ["messages.react", { ...place, key: "+1" }, 1],
      ["messages.unreact", { ...place, key: "+1" }, 1],
      ["messages.reactions", place, 0],
      ["messages.replies", place, 0],
      ["messages.versions", place, 0],
      ["messages.delete", place, 1],
      ["log.page", { conversation_id: "counted" }, 0],
      ["reads.mark", { conversation_id: "counted", read_seq: 1 }, 1],
      ["reads.markUnread", { conversation_id: "counted", unread_from: 1 }, 1],
      ["reads.page", { conversation_id: "counted" }, 0],
      ["reads.totals", {}, 0],
      ["conversations.update", { conversation_id: "counted", title: "x" }, 1],
      ["conversations.updateMember", { conversation_id: "counted", pinned: true }, 1],
      ["conversations.create", { user_ids: ["bob"] }, 1],
      ["conversations.addMember", member, 1],
    ];
    for (const [name, input, count] of calls) {
      let counted = 0;
      const contextOf = (caller: Caller) =>
        createContext({ store, caller, countSend: () => void counted++ });
      await callIn(contextOf(ann), name, input);
      expect([name, counted]).toEqual([name, count]);
      await callIn(contextOf({ kind: "key" }), name, { user_id: "ann", ...input }).catch(() => {});
      expect([name, counted]).toEqual([name, count]);
    }
  });
});

it.each<Caller>([trustedCaller, { kind: "key" }])(
  "a $kind caller acts for any user",
  async (who) => {
    for (const user_id of ["ann", "bob"]) {
      const sent = await call(who, "messages.send", {
        user_id,
        content: "x",
        conversation_id: "tea",
      });
      expect(sent).toMatchObject({ created: true });
    }
    expect(await call(who, "conversations.get", { conversation_id: "tea" })).toMatchObject({
      user_ids: ["ann", "bob"],
    });
  },
);

it("a stranger's message does not wait behind those of members", async () => {
  await store.conversations.create({ id: "busy", user_ids: ["bob"] });
  const append: typeof store.log.append = () => new Promise(() => {});
  const busy = { ...store, log: { ...store.log, append } };
  const message = { conversation_id: "busy", content: "x" };
  const answer = callIn(createContext({ store: busy, caller: ann }), "messages.send", message);
  await expect(answer).rejects.toMatchObject({ cause: { code: "not_found" } });
});

it("a rule is checked before the procedure does anything", async () => {
  let calls = 0;
  const counting = router({ count: procedure("messages.import").query(() => ++calls) });
  const count = (caller: Caller) => counting.createCaller(createContext({ store, caller })).count();
  await expect(count(ann)).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(calls).toBe(0);
  expect(await count(trustedCaller)).toBe(1);
});
