import type { Conversation, Message } from "@chatnest/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keys, names } from "./hostile-names.ts";
import { startTarget, storeNames, type Target } from "./target.ts";
import { tell } from "./tell.ts";
import { readState, write } from "./writes.ts";

const json = { "content-type": "application/json" };
let count = 0;

async function read<TBody>(target: Target, path: string, init?: RequestInit) {
  count++;
  const response = await fetch(target.url + path, init);
  const text = await response.text();
  return { status: response.status, body: JSON.parse(text || "null") as TBody };
}

interface Problem {
  errors?: { path: string }[];
  error?: { data: { errors?: { path: string }[] } };
}
const pathsOf = ({ errors, error }: Problem): string[] =>
  (errors ?? error?.data.errors ?? []).map(({ path }) => path);

describe.each(storeNames)("on %s", (store) => {
  let target: Target;
  beforeAll(async () => {
    target = await startTarget({ store });
    const said = { user_id: "ann", content: "secret", conversation_id: "victim" };
    await write(target, "/messages/", JSON.stringify(said));
    await write(target, "/conversations/", '{"id":"base","user_ids":["ann"]}');
  });
  afterAll(async () => {
    tell("operators and prototype keys", store, `${count} requests`);
    count = 0;
    await target[Symbol.asyncDispose]();
  });

  it.each(names)("%j is an id like any other, and a text like any other", async (name) => {
    const path = encodeURIComponent(name);
    const said = { user_id: name, content: name, conversation_id: name };
    const sent = await write(target, "/messages/", JSON.stringify(said));
    expect([sent.status, JSON.parse(sent.text)]).toMatchObject([201, { ...said, seq: 1 }]);
    const note = await write(
      target,
      "/messages/",
      JSON.stringify({ user_id: name, content: name }),
    );
    expect([note.status, JSON.parse(note.text)]).toMatchObject([201, { seq: 1 }]);

    const history = await read<Message[]>(target, `/messages/${path}`);
    expect(history.body).toEqual([expect.objectContaining(said)]);
    const notes = await read<Message[]>(target, `/users/${path}/notes`);
    expect(notes.body).toEqual([expect.objectContaining({ content: name })]);
    const inbox = await read<Conversation[]>(target, `/conversations/${path}`);
    expect(inbox.body).toMatchObject([{ id: name, user_ids: [name] }]);
    const input = encodeURIComponent(JSON.stringify({ conversation_id: name }));
    const page = await read<unknown>(target, `/trpc/messages.page?input=${input}`);
    expect(page.body).toMatchObject({ result: { data: { messages: [said] } } });

    const mention = { ...said, mentions: [name] };
    const mentioned = await write(target, "/messages/", JSON.stringify(mention));
    expect([mentioned.status, JSON.parse(mentioned.text)]).toMatchObject([201, mention]);
    const reading = { method: "PUT", path: `/messages/${path}/reads/${path}` } as const;
    const marked = await write(target, reading, '{"unread_from":1}');
    const state = { conversation_id: name, user_id: name, read_seq: 0, unread_count: 0 };
    expect([marked.status, JSON.parse(marked.text)]).toMatchObject([200, state]);
    const naming = { method: "PATCH", path: `/conversations/by-id/${path}` } as const;
    const about = { title: `${name}.`, metadata: JSON.parse(`{${JSON.stringify(name)}:1}`) };
    const named = await write(target, naming, JSON.stringify(about));
    expect([named.status, named.text]).toEqual([
      200,
      expect.stringContaining(JSON.stringify(about).slice(1, -1)),
    ]);

    const added = await write(target, `/conversations/${path}/members`, '{"user_id":"bob"}');
    expect(added.status).toBe(201);
    const removing = `/conversations/${path}/members/${path}`;
    expect((await read(target, removing, { method: "DELETE" })).status).toBe(204);
    expect((await read<Conversation[]>(target, `/conversations/${path}`)).body).toEqual([]);
  });

  it.each(keys)("%j is no field of a body", async (key) => {
    const before = await readState(target);
    const marked = '"conversation_id":"base","user_id":"ann"';
    for (const value of ['"x"', "null", "{}", '{"id":"base"}', '[{"$ne":1}]']) {
      const field = `${JSON.stringify(key)}:${value}`;
      for (const [path, body, named] of [
        ["/messages/", `{"user_id":"ann","content":"x","conversation_id":"base",${field}}`, key],
        ["/conversations/", `{"user_ids":["ann"],${field}}`, key],
        ["/conversations/base/members", `{"user_id":"eve",${field}}`, key],
        ["/trpc/messages.send", `{"user_id":"ann","content":"x",${field}}`, key],
        ["/trpc/messages.import", `{"messages":[],${field}}`, key],
        ["/trpc/reads.mark", `{${marked},"read_seq":0,${field}}`, key],
        ["/trpc/reads.mark", `{${marked},"read_seq":{${field}}}`, "read_seq"],
        ["/trpc/reads.markUnread", `{${marked},"unread_from":{${field}}}`, "unread_from"],
        ["/trpc/conversations.updateMember", `{${marked},"pinned":{${field}}}`, "pinned"],
        ["/trpc/conversations.updateMember", `{${marked},"pinned":true,${field}}`, key],
        ["/trpc/conversations.update", `{"conversation_id":"base","title":{${field}}}`, "title"],
        ["/messages/", `{"user_id":"ann","content":"x","mentions":{${field}}}`, "mentions"],
        ["/messages/", `{"user_id":{${field}},"content":"x"}`, "user_id"],
        [
          "/messages/",
          `{"user_id":"ann","content":"x","conversation_id":{${field}}}`,
          "conversation_id",
        ],
        ["/conversations/", `{"user_ids":[{${field}}]}`, "user_ids.0"],
        ["/conversations/", `{"user_ids":{${field}}}`, "user_ids"],
      ] as const) {
        count++;
        const { status, wrong } = await write(target, path, body);
        expect([status, wrong], `${path} ${body}`).toEqual([422, expect.arrayContaining([named])]);
      }
    }
    expect(await readState(target)).toBe(before);
  });

  it.each(keys.filter((key) => key !== ""))("%j is no parameter of a query", async (key) => {
    const encoded = encodeURIComponent(key);
    for (const query of [encoded, `${encoded}=1`, `limit=1&${encoded}=x`]) {
      for (const path of ["/messages/victim", "/conversations/ann", "/users/ann/notes"]) {
        const { status, body } = await read<Problem>(target, `${path}?${query}`);
        expect([status, pathsOf(body)], `${path}?${query}`).toEqual([422, [key]]);
      }
    }
    for (const nested of [
      `limit[${encoded}]=1`,
      `conversation_id[${encoded}]=`,
      `${encoded}[a]=1`,
    ]) {
      const { status, body } = await read<Problem>(target, `/messages/victim?${nested}`);
      expect([status, pathsOf(body)], nested).toEqual([
        422,
        [decodeURIComponent(nested.split("=")[0] ?? "")],
      ]);
    }
  });

  it.each(keys)("%j is no input of tRPC, nor a call of a batch", async (key) => {
    const input = (text: string) => encodeURIComponent(text);
    const field = `${JSON.stringify(key)}:"x"`;
    for (const [text, named] of [
      [`{"conversation_id":{${field}}}`, "conversation_id"],
      [`{"conversation_id":"victim",${field}}`, key],
      [`{${field}}`, key],
    ] as const) {
      const { status, body } = await read<Problem>(
        target,
        `/trpc/messages.page?input=${input(text)}`,
      );
      expect([status, pathsOf(body)], text).toEqual([422, expect.arrayContaining([named])]);
    }
    const batch = `{${JSON.stringify(key)}:{"conversation_id":"victim"}}`;
    const found = await read<Problem[]>(
      target,
      `/trpc/messages.page?batch=1&input=${input(batch)}`,
    );
    expect(found.status, batch).toBe(key === "0" ? 200 : 422);
    const named = encodeURIComponent(key);
    const unknown = await read<Problem>(target, `/trpc/${named}.${named}`, {
      method: "POST",
      body: "{}",
      headers: json,
    });
    expect(unknown.status).toBe(404);
  });

  it.each(names)("%j in a cursor is a place like any other, or refused", async (name) => {
    for (const at of [
      "2020-01-01T00:00:00.000Z",
      "0000-01-01T00:00:00Z",
      "9999-12-31T23:59Z",
      name,
    ]) {
      for (const place of [
        [at, name],
        [at, name, true],
        [at, name, name],
        [at, { $ne: name }],
        { 0: at, 1: name },
        [name],
        name,
      ]) {
        const cursor = Buffer.from(JSON.stringify(place)).toString("base64url");
        const { status, body } = await read<Problem>(target, `/conversations/ann?cursor=${cursor}`);
        if (status === 200) expect(at).not.toBe(name);
        else expect([status, pathsOf(body)], cursor).toEqual([422, ["cursor"]]);
      }
    }
  });

  it("leaves what others have, and objects, as they were", async () => {
    const { body } = await read<Message[]>(target, "/messages/victim");
    expect(body).toMatchObject([{ content: "secret" }]);
    expect(Object.keys(body[0] ?? {})).toHaveLength(6);
    const said = { user_id: "ann", content: "x" };
    const { text } = await write(target, "/messages/", JSON.stringify(said));
    expect(JSON.parse(text)).toMatchObject({ ...said, conversation_id: null });
    expect(target.output()).not.toMatch(/"level":"(?:error|fatal)"/);
  });
});
