import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { append } from "../support/append.ts";
import { inSeconds } from "./forge.ts";
import { apiKey, claim, secret } from "./good-token.ts";
import { type GuardedServer, startGuarded } from "./guarded.ts";
import {
  askAs,
  type Call,
  readServed,
  type Served,
  toRestCall,
  toTrpcCall,
} from "./matrix-calls.ts";
import { type CallerName, callers, type Row, rows, type World } from "./matrix-rows.ts";

let server: GuardedServer;
let cases = 0;
beforeAll(async () => {
  server = await startGuarded({ apiKeys: [apiKey], tokens: { key: { secret } } });
});
afterAll(async () => {
  process.stdout.write(`MATRIX ${cases} cases\n`);
  await server[Symbol.asyncDispose]();
});

const served = readServed();
const table: Record<string, Row> = rows;

const users: Partial<Record<CallerName, string>> = {
  stranger: "stranger",
  "former member": "former",
  member: "member",
};

function credentialOf(caller: CallerName): string | undefined {
  if (caller === "nobody") return undefined;
  if (caller === "server key") return `Bearer ${apiKey}`;
  if (caller === "expired token") return `Bearer ${claim({ sub: "member", exp: inSeconds(-60) })}`;
  return `Bearer ${claim({ sub: users[caller] })}`;
}

/** Makes a conversation that is new in each case, since some calls change it. */
async function makeWorld(caller: CallerName): Promise<World> {
  const { conversations, members } = server.store;
  const conversation_id = randomUUID();
  await conversations.create({ id: conversation_id, user_ids: ["member", "former", "other"] });
  for (const user_id of ["other", "member"]) {
    await append(server.store, { id: randomUUID(), user_id, content: "x", conversation_id });
  }
  await members.leave({ conversation_id, user_id: "former" });
  const user_id = users[caller] ?? "member";
  await append(server.store, { id: "a-note-of-it", user_id, content: "x", conversation_id: null });
  return { conversation_id, user_id };
}

interface Border {
  name: string;
  toCall(input: object): Call;
  /** The status of success, where REST has this one. */
  toStatus(rest: number): number;
}

function bordersOf(procedure: Served): Border[] {
  const { rest, name } = procedure;
  const trpc: Border = {
    name: `tRPC ${name}`,
    toCall: (input) => toTrpcCall(procedure, input),
    toStatus: (status) => (status < 300 ? (table[name]?.isRestOnly ? 415 : 200) : status),
  };
  if (!rest) return [trpc];
  const toCall = (input: object) => toRestCall(rest, input);
  const over = { name: `${rest.method} ${rest.path} (${name})`, toCall };
  return [trpc, { ...over, toStatus: (status) => status }];
}

function ask({ toCall }: Border, input: object, caller: CallerName) {
  cases++;
  return askAs(server.url, toCall(input), credentialOf(caller));
}

describe("the matrix", () => {
  it("has a row for each procedure, path and stream, and none beside", async () => {
    expect(Object.keys(table).toSorted()).toEqual(served.map(({ name }) => name).toSorted());
    for (const { name, kind } of served) expect([name, table[name]?.kind]).toEqual([name, kind]);
    const response = await fetch(`${server.url}/openapi.json`);
    const { paths } = (await response.json()) as { paths: Record<string, object> };
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const known = served.flatMap(({ rest }) => (rest ? `${rest.method} ${rest.path}` : []));
    // These two say only how the server is, to everybody.
    const open = ["GET /livez", "GET /readyz"];
    expect(documented.toSorted()).toEqual([...new Set([...known, ...open])].toSorted());
  });
});

const borders = served.flatMap((procedure) =>
  bordersOf(procedure).map((border) => ({ border, row: table[procedure.name] })),
);

describe.each(borders)("$border.name", ({ border, row }) => {
  it.each(callers)("answers as the table says: %s", async (caller) => {
    if (!row) throw new Error("it has no row");
    const isKnown = caller !== "nobody" && caller !== "expired token";
    const input = row.input(await makeWorld(caller));
    const { status, body } = await ask(border, input, caller);
    expect([caller, status, body]).toEqual([
      caller,
      isKnown ? border.toStatus(row.status[caller]) : 401,
      expect.any(String),
    ]);
  });

  if (row?.needs.includes("self")) {
    it.each(["stranger", "former member", "member"] as const)(
      "does not let a %s act as another user",
      async (caller) => {
        const { conversation_id } = await makeWorld(caller);
        const input = row.input({ conversation_id, user_id: "other" });
        expect((await ask(border, input, caller)).status).toBe(403);
      },
    );
  }

  if (row?.needs.includes("member")) {
    it.each(["stranger", "former member"] as const)(
      "tells a %s of a conversation what it tells of none",
      async (caller) => {
        const world = await makeWorld(caller);
        const none = { ...world, conversation_id: randomUUID() };
        const there = await ask(border, row.input(world), caller);
        expect(there).toEqual(await ask(border, row.input(none), caller));
        expect(there.status).toBe(404);
      },
    );
  }
});
