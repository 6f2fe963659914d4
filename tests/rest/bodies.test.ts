import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSocket, parseAnswer, sendRaw } from "../support/raw.ts";
import { type ProblemBody, pathOf, type RestServer, startRest, unique } from "../support/rest.ts";

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server[Symbol.asyncDispose]());

const writes = ["/messages/", "/conversations/", "/conversations/room/members"];
const json = { "content-type": "application/json" };

/** Sends bytes to every path that takes a body, and gives what they all answer. */
async function sendAll(
  body: NonNullable<RequestInit["body"]> | null,
  headers: Record<string, string> = json,
): Promise<string> {
  const answers = new Set<string>();
  for (const path of writes) {
    const init = {
      body,
      headers,
      ...(body instanceof ReadableStream && ({ duplex: "half" } as const)),
    };
    const answer = await server.call<ProblemBody>("POST", path, init);
    answers.add(`${answer.status} ${answer.body.code}`);
  }
  return [...answers].join(", ");
}

describe("a body", () => {
  it.each(["{", '{"a":1,}', "{'a':1}", "undefined", '{"a":"\n"}', "\0"])(
    "of broken JSON is 400: %j",
    async (body) => {
      expect(await sendAll(body)).toBe("400 bad_request");
    },
  );

  it("of nothing is 400", async () => {
    expect(await sendAll("")).toBe("400 bad_request");
    expect(await sendAll(null, {})).toBe("400 bad_request");
  });

  it.each(["[]", "null", "7", '"text"', '[{"user_id":"a"}]'])(
    "of no object is 422: %s",
    async (body) => {
      expect(await sendAll(body)).toBe("422 validation_failed");
    },
  );

  it.each([
    ["Latin-1", [0xe9]],
    ["half a character", [0xf0, 0x9f, 0x98]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
  ])("with %s in it is 400, and nothing is stored", async (_, bytes) => {
    const room = unique("room");
    const [before, after] = [`{"user_id":"alice","conversation_id":"${room}","content":"x`, '"}'];
    const body = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)]);
    const { status, body: problem } = await server.call<ProblemBody>("POST", "/messages/", {
      body,
      headers: json,
    });
    expect([status, problem.code]).toEqual([400, "bad_request"]);
    expect((await server.get(pathOf("messages", room))).body).toEqual([]);
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=iso-8859-1",
    "application/octet-stream",
  ])("of another type is 415: %s", async (type) => {
    expect(await sendAll("{}", { "content-type": type })).toBe("415 unsupported_media_type");
  });

  it("that is compressed is 415", async () => {
    expect(await sendAll("{}", { ...json, "content-encoding": "gzip" })).toBe(
      "415 unsupported_media_type",
    );
  });

  it("that is too deep is 422, however it is nested", async () => {
    expect(await sendAll(`{"content":${"[".repeat(33)}${"]".repeat(33)}}`)).toBe(
      "422 validation_failed",
    );
    expect(await sendAll('{"a":'.repeat(40_000))).toBe("422 validation_failed");
  });

  it("over 256 KiB is 413, with its length told or not", async () => {
    const large = JSON.stringify({ content: "x".repeat(262_144) });
    expect(await sendAll(large)).toBe("413 payload_too_large");
    for (const path of writes) {
      const body = new Blob([large]).stream();
      const init = { body, headers: json, duplex: "half" } as const;
      expect((await server.call("POST", path, init)).status).toBe(413);
    }
  });

  it("may be 256 KiB", async () => {
    const sent = { user_id: "alice", content: "x", conversation_id: unique("room") };
    const body = JSON.stringify(sent).padEnd(262_144);
    expect((await server.call("POST", "/messages/", { body, headers: json })).status).toBe(201);
  });

  it("may come in pieces of one byte", async () => {
    const sent = { user_id: "alice", content: "\u{1F600}", conversation_id: unique("room") };
    const bytes = Buffer.from(JSON.stringify(sent));
    const body = ReadableStream.from([...bytes].map((byte) => new Uint8Array([byte])));
    const init = { body, headers: json, duplex: "half" } as const;
    const answer = await server.call("POST", "/messages/", init);
    expect([answer.status, answer.body]).toEqual([201, expect.objectContaining(sent)]);
  });

  it("is answered for while it still comes, when it is too large", async () => {
    const socket = await openSocket(server.port);
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    const { promise: isClosed, resolve } = Promise.withResolvers<void>();
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    const head =
      "POST /messages/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    socket.write(`${head}Content-Length: 1000000000\r\n\r\n{`);
    await isClosed;
    const { status, body } = parseAnswer(text);
    expect([status, JSON.parse(body)]).toMatchObject([413, { code: "payload_too_large" }]);
  });

  it("that ends early stores nothing, and is no error of ours", async () => {
    const room = unique("room");
    const socket = await openSocket(server.port);
    const head =
      "POST /messages/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    socket.write(
      `${head}Content-Length: 500\r\n\r\n{"user_id":"a","content":"x","conversation_id":"${room}"}`,
    );
    socket.end();
    await new Promise((resolve) => socket.resume().on("close", resolve));
    expect((await server.get(pathOf("messages", room))).body).toEqual([]);
    expect(server.log.filter(({ level }) => level === 50)).toEqual([]);
  });
});

it("takes both a length and chunks for no HTTP", async () => {
  const lines = [
    "POST /messages/ HTTP/1.1",
    "Host: localhost",
    "Content-Type: application/json",
    "Content-Length: 5",
    "Transfer-Encoding: chunked",
  ];
  expect((await sendRaw(server.port, lines, "2\r\n{}\r\n0\r\n\r\n")).status).toBe(400);
});
