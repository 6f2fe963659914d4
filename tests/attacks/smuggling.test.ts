import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exchange } from "./raw-exchange.ts";
import { startTarget, type Target } from "./target.ts";
import { tell } from "./tell.ts";

let target: Target;
let count = 0;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target[Symbol.asyncDispose]());

const body = '{"user_id":"ann","content":"x","conversation_id":"room"}';
const size = body.length.toString(16);
const chunks = `${size}\r\n${body}\r\n0\r\n\r\n`;
/** What an attacker hides behind a request, or in it. */
const hidden = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";

function post(headers: string, content: string, version = "HTTP/1.1"): string {
  const head = `POST /messages/ ${version}\r\nHost: localhost\r\nContent-Type: application/json`;
  return `${head}\r\n${headers}\r\n\r\n${content}`;
}
const withLength = (header: string): string => post(header, body + hidden);
const withChunks = (header: string): string => post(header, chunks + hidden);
const inChunks = (content: string): string => post("Transfer-Encoding: chunked", content + hidden);
const get = (line: string, ...headers: string[]): string =>
  `${[line, ...headers].join("\r\n")}\r\n\r\n${hidden}`;

const length = `Content-Length: ${body.length}`;

/** What one reader can take for another request than the next. */
const ambiguous: Record<string, string> = {
  "a length, then chunks": post(`${length}\r\nTransfer-Encoding: chunked`, `0\r\n\r\n${hidden}`),
  "chunks, then a length": post("Transfer-Encoding: chunked\r\nContent-Length: 4", chunks + hidden),
  "two lengths": withLength(`${length}\r\nContent-Length: 0`),
  "the same length twice": withLength(`${length}\r\n${length}`),
  "a list of lengths": withLength(`${length}, ${body.length}`),
  "a length with a sign": withLength(`Content-Length: +${body.length}`),
  "a negative length": withLength("Content-Length: -1"),
  "a hexadecimal length": withLength(`Content-Length: 0x${size}`),
  "a length of two words": withLength(`${length} 0`),
  "a length with a fraction": withLength(`${length}.0`),
  "a length with an exponent": withLength("Content-Length: 5e1"),
  "an empty length": withLength("Content-Length:"),
  "a length of 20 digits": withLength("Content-Length: 99999999999999999999"),
  "a length by another name": withLength(`Content_Length: ${body.length}`),
  "an unknown coding": withChunks("Transfer-Encoding: xchunked"),
  "no coding": withChunks("Transfer-Encoding: identity"),
  "an empty coding": withChunks("Transfer-Encoding:"),
  "chunks that are not last": withChunks("Transfer-Encoding: chunked, identity"),
  "chunks of something coded": withChunks("Transfer-Encoding: gzip, chunked"),
  "chunks of chunks": withChunks("Transfer-Encoding: chunked, chunked"),
  "chunks with a parameter": withChunks("Transfer-Encoding: chunked;q=1"),
  "chunks behind a vertical tab": withChunks("Transfer-Encoding: \x0bchunked"),
  "chunks before a vertical tab": withChunks("Transfer-Encoding: chunked\x0b"),
  "chunks in quotes": withChunks('Transfer-Encoding: "chunked"'),
  "two codings": withChunks("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"),
  "two codings, chunks last": withChunks(
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
  ),
  "chunks twice": withChunks("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
  "a space behind a coding's name": withChunks("Transfer-Encoding : chunked"),
  "a space behind a length's name": withLength(`Content-Length : ${body.length}`),
  "a folded header": withLength(`X: a\r\n b\r\n${length}`),
  "a folded length": withLength(`Content-Length:\r\n ${body.length}`),
  "a folded coding": withChunks("Transfer-Encoding:\r\n chunked"),
  "a fold before any header": get("GET /livez HTTP/1.1", " Host: localhost"),
  "bare line feeds": withLength(length).replaceAll("\r\n", "\n"),
  "one bare line feed": withLength(`X: a\n${length}`),
  "a bare carriage return": withLength(`X: a\r${length}`),
  "a head that ends with bare line feeds": withLength(length).replace("\r\n\r\n", "\n\n"),
  "a head that ends with one": withLength(length).replace("\r\n\r\n", "\r\n\n"),
  "NUL in a value": withLength(`X: a\0b\r\n${length}`),
  "NUL in a name": withLength(`X\0: a\r\n${length}`),
  "a header without a colon": withChunks("Transfer-Encoding chunked"),
  "a header without a name": withLength(`: a\r\n${length}`),
  "a chunk size with a prefix": inChunks(`0x${chunks}`),
  "a negative chunk size": inChunks(`-${chunks}`),
  "a chunk size before a space": inChunks(`${size} \r\n${body}\r\n0\r\n\r\n`),
  "a chunk size too large to count": inChunks(`ffffffffffffffff1\r\n${body}\r\n0\r\n\r\n`),
  "a chunk size that ends with a line feed": inChunks(`${size}\n${body}\r\n0\r\n\r\n`),
  "a chunk size that ends with a carriage return": inChunks(`${size}\rX${body}\r\n0\r\n\r\n`),
  "an extension that ends with a line feed": inChunks(`${size};\n${body}\r\n0\r\n\r\n`),
  "a request in an extension": inChunks(`2;\nxx\r\n${size}\r\n0\r\n\r\n${hidden}0\r\n\r\n`),
  "a chunk that does not end": inChunks(`${size}\r\n${body}0\r\n\r\n`),
  "a chunk that is longer than it says": inChunks(`1\r\n${body}\r\n0\r\n\r\n`),
  "a length in a trailer": inChunks(`${size}\r\n${body}\r\n0\r\nContent-Length: 3\r\n\r\n`),
  "chunks in HTTP/1.0": post("Transfer-Encoding: chunked", chunks + hidden, "HTTP/1.0"),
  "two hosts": get("GET /livez HTTP/1.1", "Host: localhost", "Host: evil.example"),
  "the same host twice": get("GET /livez HTTP/1.1", "Host: localhost", "hOsT: localhost"),
  "no host": get("GET /livez HTTP/1.1"),
  "an empty host": get("GET /livez HTTP/1.1", "Host:"),
  "a host with a space": get("GET /livez HTTP/1.1", "Host: local host"),
  "a host with a path": get("GET /livez HTTP/1.1", "Host: localhost/x"),
  "a host with a user": get("GET /livez HTTP/1.1", "Host: localhost:1@evil.example"),
  "a host with a fragment": get("GET /livez HTTP/1.1", "Host: evil.example#localhost"),
  "a host with a query": get("GET /livez HTTP/1.1", "Host: evil.example?localhost"),
  "a list of hosts": get("GET /livez HTTP/1.1", "Host: localhost, evil.example"),
  "a target of another scheme": get("GET file:///etc/passwd HTTP/1.1", "Host: localhost"),
  "a target that is a host": get("GET localhost:80 HTTP/1.1", "Host: localhost"),
  "a target that is a star": get("GET * HTTP/1.1", "Host: localhost"),
  "no target": get("GET HTTP/1.1", "Host: localhost"),
  "a space in the target": get("GET /livez x HTTP/1.1", "Host: localhost"),
  "NUL in the target": get("GET /livez\0 HTTP/1.1", "Host: localhost"),
  "a byte beyond ASCII in the target": get("GET /\xe9 HTTP/1.1", "Host: localhost"),
  "a method in small letters": get("get /livez HTTP/1.1", "Host: localhost"),
  "a space before the method": get(" GET /livez HTTP/1.1", "Host: localhost"),
  "tabs in the first line": get("GET\t/livez\tHTTP/1.1", "Host: localhost"),
  "a space behind the version": get("GET /livez HTTP/1.1 ", "Host: localhost"),
  "no version": get("GET /livez"),
  "HTTP/1.2": get("GET /livez HTTP/1.2", "Host: localhost"),
  "HTTP/2.0": get("GET /livez HTTP/2.0", "Host: localhost"),
  "a version in small letters": get("GET /livez http/1.1", "Host: localhost"),
  "the preface of HTTP/2": `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${hidden}`,
};

describe("a request with", () => {
  it.concurrent.each(Object.entries(ambiguous))(
    "%s gets one answer, and the connection ends",
    async (_, text) => {
      count++;
      const { statuses, isClosed } = await exchange(target.port, Buffer.from(text, "latin1"));
      expect([statuses, isClosed]).toEqual([[400], true]);
    },
  );

  it.concurrent.each([
    ["20 KB of a chunk's extension", inChunks(`${size};${"a".repeat(20_000)}\r\n${body}`), 413],
    [
      "40 KB of headers",
      get("GET /livez HTTP/1.1", "Host: localhost", "X: aaa\r\n".repeat(5_000)),
      431,
    ],
    ["a body of 300 KB", post("Content-Length: 300000", hidden), 413],
  ])("%s gets one answer, and the connection ends", async (_, text, status) => {
    count++;
    const { statuses, isClosed } = await exchange(target.port, text);
    expect([statuses, isClosed]).toEqual([[status], true]);
  });
});

const json = "Content-Type: application/json";
const carrying = (line: string, ...headers: string[]): string =>
  `${[line, ...headers, `Content-Length: ${hidden.length}`].join("\r\n")}\r\n\r\n${hidden}`;
const host = "Host: localhost";

/** What there is one way to read: what is in a body is no request, and what is behind it is the next. */
const clear: [string, string, number[]][] = [
  ["two requests", hidden + hidden, [200, 200]],
  ["a message and a request", withLength(length), [201, 200]],
  ["a message in chunks and a request", withChunks("TRANSFER-ENCODING:\tCHUNKED"), [201, 200]],
  [
    "a host in a trailer",
    inChunks(`${size}\r\n${body}\r\n0\r\nHost: evil.example\r\n\r\n`),
    [201, 200],
  ],
  ["chunks with extensions", inChunks(`${size};a=b\r\n${body}\r\n0;c\r\n\r\n`), [201, 200]],
  ["a request in a GET's body", carrying("GET /messages/room HTTP/1.1", host), [200]],
  ["a request in a HEAD's body", carrying("HEAD /messages/room HTTP/1.1", host), [200]],
  [
    "a request in a DELETE's body",
    carrying("DELETE /conversations/a/members/b HTTP/1.1", host),
    [404],
  ],
  ["a request sent to nothing", carrying("POST /nothing HTTP/1.1", host), [404]],
  ["a request sent as text", carrying("POST /messages/ HTTP/1.1", host), [415]],
  ["a request sent as JSON", carrying("POST /messages/ HTTP/1.1", host, json), [400]],
  [
    "a request sent to another host",
    carrying("POST /messages/ HTTP/1.1", "Host: a.example", json),
    [403],
  ],
  [
    "a request that waits to be asked for",
    carrying("GET /messages/room HTTP/1.1", host, "Expect: 100-continue"),
    [100, 200],
  ],
  ["another expectation", carrying("GET /messages/room HTTP/1.1", host, "Expect: x"), [417]],
  [
    "an upgrade to HTTP/2",
    get(
      "GET /livez HTTP/1.1",
      host,
      "Connection: Upgrade, HTTP2-Settings",
      "Upgrade: h2c",
      "HTTP2-Settings: AAMAAABk",
    ),
    [200],
  ],
  [
    "an upgrade to WebSocket",
    get("GET /livez HTTP/1.1", host, "Connection: Upgrade", "Upgrade: websocket"),
    [200],
  ],
  ["a whole URL of this host", get("GET http://localhost/livez HTTP/1.1", host), [200, 200]],
  [
    "a whole URL of another host",
    get("GET http://evil.example/messages/room HTTP/1.1", host),
    [403, 200],
  ],
  [
    "a whole URL of a user",
    get("GET http://localhost@evil.example/messages/room HTTP/1.1", host),
    [403, 200],
  ],
  [
    "another host's header",
    get("GET http://localhost/livez HTTP/1.1", "Host: evil.example"),
    [200, 200],
  ],
  ["a tunnel", get("CONNECT evil.example:443 HTTP/1.1", host), []],
  ["a trace", get("TRACE /livez HTTP/1.1", host), [405, 200]],
];

describe("on one connection", () => {
  it.concurrent.each(clear)("%s is read in one way", async (_, text, expected) => {
    count++;
    expect((await exchange(target.port, text)).statuses).toEqual(expected);
  });
});

it("the server goes on, and tells of no error", async () => {
  const { statuses } = await exchange(target.port, hidden);
  expect(statuses).toEqual([200]);
  expect(target.output()).not.toMatch(/"level":"(?:error|fatal)"/);
  tell("request smuggling", `${count} requests`, "no answer too many");
});
