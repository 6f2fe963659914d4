import { ChatError } from "@chatnest/api";
import { describe, expect, it } from "vitest";
import {
  bodyBytesMax,
  checkShape,
  jsonDepthMax,
  jsonValuesMax,
  readJsonObject,
  readJsonText,
} from "./body.ts";

function post(
  body: NonNullable<RequestInit["body"]> | null,
  headers: Record<string, string> = {},
): Request {
  return new Request("http://localhost/", {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

function bytes(...values: number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values);
}

async function codeOf(answer: Promise<unknown>): Promise<string> {
  const error = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof ChatError ? error.code : `no ChatError: ${error}`;
}

describe("a JSON body", () => {
  it("is read", async () => {
    expect(await readJsonObject(post('{"a":"ü"}'))).toEqual({ a: "ü" });
  });

  it.each([
    "application/json",
    "application/json; charset=utf-8",
    'Application/JSON;charset="UTF-8"',
    "application/json ; charset = utf-8",
  ])("may be declared as %s", async (type) => {
    expect(await readJsonObject(post("{}", { "content-type": type }))).toEqual({});
  });

  it.each([
    "text/plain",
    "text/json",
    "application/jsonl",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=latin1",
    "text/plain; application/json",
  ])("may not be declared as %s", async (type) => {
    expect(await codeOf(readJsonObject(post("{}", { "content-type": type })))).toBe(
      "unsupported_media_type",
    );
  });

  it("may not be compressed", async () => {
    const request = post("{}", { "content-encoding": "gzip" });
    expect(await codeOf(readJsonObject(request))).toBe("unsupported_media_type");
  });

  it("has to be there", async () => {
    expect(await codeOf(readJsonObject(post(null)))).toBe("bad_request");
    expect(await codeOf(readJsonObject(post("")))).toBe("bad_request");
    expect(await readJsonText(post(null))).toBe("");
  });

  it.each(["{", "{}}", "{'a':1}", '{"a":1,}', "NaN", "\uFFFE", '"\n"'])(
    "has to be JSON: %j",
    async (text) => {
      expect(await codeOf(readJsonObject(post(text)))).toBe("bad_request");
    },
  );

  it.each(["[]", "[{}]", "null", "1", '"a"', "true"])("has to be an object: %s", async (text) => {
    expect(await codeOf(readJsonObject(post(text)))).toBe("validation_failed");
  });

  it.each([
    ["a byte that is never", bytes(0x7b, 0x22, 0xff, 0x22, 0x7d)],
    ["an unfinished character", bytes(0x7b, 0x22, 0xc3, 0x22, 0x7d)],
    ["a surrogate", bytes(0x22, 0xed, 0xa0, 0x80, 0x22)],
    ["an overlong form", bytes(0x22, 0xc0, 0xaf, 0x22)],
    ["UTF-16", bytes(0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00)],
  ])("has to be UTF-8, without %s", async (_, body) => {
    expect(await codeOf(readJsonObject(post(body)))).toBe("bad_request");
  });

  it("may be as large as the limit and no larger, declared or not", async () => {
    const fitting = JSON.stringify({ a: "x".repeat(bodyBytesMax - 8) });
    expect(fitting.length).toBe(bodyBytesMax);
    expect(await readJsonText(post(fitting))).toBe(fitting);
    expect(await codeOf(readJsonText(post(`${fitting} `)))).toBe("payload_too_large");
    const declared = { "content-length": String(bodyBytesMax + 1) };
    expect(await codeOf(readJsonText(post("{}", declared)))).toBe("payload_too_large");
  });

  it("is not read further than the limit", async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const init = { method: "POST", body: endless, duplex: "half" } as const;
    expect(await codeOf(readJsonText(new Request("http://localhost/", init)))).toBe(
      "payload_too_large",
    );
    expect(sent).toBeLessThanOrEqual(2 * bodyBytesMax);
  });
});

describe("the depth of a JSON text", () => {
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

  it("is limited", () => {
    expect(() => checkShape(nested(jsonDepthMax))).not.toThrow();
    expect(() => checkShape(nested(jsonDepthMax + 1))).toThrow(/nested/);
    expect(() => checkShape('{"a":'.repeat(jsonDepthMax + 1))).toThrow(/nested/);
  });

  it("is not that of what is side by side, or inside a text", () => {
    expect(() => checkShape("[]".repeat(1_000))).not.toThrow();
    expect(() => checkShape(`{"a":"${"[{".repeat(1_000)}"}`)).not.toThrow();
    expect(() => checkShape(`["\\"${"[".repeat(100)}"]`)).not.toThrow();
  });

  it("is found behind a text that ends with a backslash", () => {
    expect(() => checkShape(`["\\\\",${nested(jsonDepthMax)}]`)).toThrow(/nested/);
  });
});

describe("the number of fields and items of a JSON text", () => {
  const items = (count: number): string => Array.from({ length: count }, () => "0").join();

  it("is limited, wherever they are", () => {
    expect(() => checkShape(`[${items(jsonValuesMax)}]`)).not.toThrow();
    expect(() => checkShape(`[${items(jsonValuesMax + 1)}]`)).toThrow(/fields and items/);
    expect(() => checkShape(`{"a":{"b":[${items(jsonValuesMax + 1)}]}}`)).toThrow(/fields and/);
    expect(() => checkShape(`{${'"":0,'.repeat(jsonValuesMax)}"a":1}`)).toThrow(/fields and items/);
  });

  it("is not that of the commas in a text", () => {
    expect(() => checkShape(`["${",".repeat(100_000)}"]`)).not.toThrow();
  });
});
