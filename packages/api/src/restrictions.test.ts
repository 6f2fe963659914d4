import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import type { Caller } from "./caller.ts";
import { createContext } from "./context.ts";
import { type Restrictions, readRestrictions } from "./restrictions.ts";
import { createCaller } from "./root.ts";

const store = openSqliteStore(":memory:");
afterAll(() => store.close());

const ann: Caller = { kind: "user", user_id: "ann", expiresAt: Number.POSITIVE_INFINITY };
const note = { user_id: "ann", content: "Hi" };

function sendNote(restrictions: Restrictions, caller: Caller) {
  return createCaller(createContext({ store, caller, restrictions })).notes.send(note);
}

const refused = expect.objectContaining({ code: "FORBIDDEN" });

describe("a restriction", () => {
  it("leaves a procedure to servers, or to nobody", async () => {
    await expect(sendNote({ "notes.send": "servers" }, ann)).rejects.toEqual(refused);
    await sendNote({ "notes.send": "servers" }, { kind: "key" });
    await sendNote({ "notes.send": "servers" }, { kind: "trusted" });
    await expect(sendNote({ "notes.send": "nobody" }, { kind: "key" })).rejects.toEqual(refused);
    await expect(sendNote({ "notes.send": "nobody" }, { kind: "trusted" })).rejects.toEqual(
      refused,
    );
    await sendNote({ "notes.page": "nobody" }, ann);
  });

  it("never lets anybody in: what only servers may do, users may not", async () => {
    const context = createContext({
      store,
      caller: ann,
      restrictions: { "messages.import": "servers" },
    });
    const messages = [{ ...note, id: "message-1" }];
    await expect(createCaller(context).messages.import({ messages })).rejects.toEqual(refused);
  });
});

it.each([
  [{ "messages.sned": "nobody" }, "there is no procedure messages.sned"],
  [{ toString: "nobody" }, "there is no procedure toString"],
  [{ "messages.send": "users" }, "messages.send can only be"],
  [{ "messages.send": true }, "messages.send can only be"],
])("refuses %j", (given, text) => {
  expect(() => readRestrictions(given as Restrictions)).toThrow(text);
});
