import { expect, it } from "vitest";
import { readSettings } from "../env.ts";
import { toStartLines } from "./start-lines.ts";
import { findStartWarnings } from "./start-warnings.ts";

const key = "cnk_a-key-of-a-server.that~is/long+enough=";
const secret = "a-secret-of-exactly-32-bytes....";

function show(environment: Record<string, string>): string {
  const settings = readSettings(environment, "none.env");
  return toStartLines({ url: "http://localhost:8000", store: "the store", settings });
}

it("says where the server is, what it stores in, and who may call", () => {
  expect(show({}).replace(/\d+\.\d+\.\d+\S*/, "1.2.3")).toBe(`
ChatNest 1.2.3
  API        http://localhost:8000
  Docs       http://localhost:8000/docs
  Store      the store (for this process alone; MongoDB can be shared: MONGODB_URI)
  Callers    callers on this machine, without credentials

`);
});

it.each([
  [{ CHATNEST_DATA: ":memory:" }, "not durable"],
  [{ MONGODB_URI: "mongodb://a" }, "Store      the store\n"],
  [{ MONGODB_URI: "mongodb://a", CHATNEST_PROCESSES: "4" }, "Processes  4"],
  [{ CHATNEST_AUTH: "none" }, "everyone, without credentials"],
  [{ CHATNEST_API_KEYS: key }, "callers with a server key\n"],
  [{ CHATNEST_JWT_SECRET: secret }, "callers with a user token\n"],
  [{ CHATNEST_API_KEYS: key, CHATNEST_JWT_SECRET: secret }, "a server key or a user token"],
])("says what is special with %j", (environment: Record<string, string>, text) => {
  expect(show(environment)).toContain(text);
});

it.each([
  [{}, []],
  [{ CHATNEST_API_KEYS: key, HOST: "0.0.0.0" }, []],
  [{ CHATNEST_AUTH: "none", HOST: "0.0.0.0" }, [/^everyone may read and write .+0\.0\.0\.0/]],
  [{ CHATNEST_AUTH: "none" }, [/^every caller, also through a proxy,/]],
  [{ CHATNEST_DATA: ":memory:" }, [/gone after a stop$/]],
  [{ CHATNEST_DATA: ":memory:", MONGODB_URI: "mongodb://a" }, []],
  [{ CHATNEST_JWKS_URL: "https://a.example/keys" }, [/^CHATNEST_JWT_AUDIENCE is unset/]],
  [{ CHATNEST_PORTS: "1" }, [/^CHATNEST_PORTS is not a setting/]],
])("warns of what is open or lost with %j", (environment: Record<string, string>, warnings) => {
  const found = findStartWarnings(readSettings(environment, "none.env"));
  expect(found).toEqual(warnings.map((warning) => expect.stringMatching(warning)));
});
