import { expect, it } from "vitest";
import { settingsTable } from "./table.ts";
import { findUnknownNames } from "./unknown-names.ts";

it.each([
  ["CHATNEST_API_KEY", "CHATNEST_API_KEYS"],
  ["CHATNEST_DATA_", "CHATNEST_DATA"],
  ["CHATNEST_RATELIMIT", "CHATNEST_RATE_LIMIT"],
  ["CHATNEST_JWT_SECERT", "CHATNEST_JWT_SECRET"],
  ["CHATNEST_PORT", "PORT"],
  ["CHATNEST_MONGODB_URI", "MONGODB_URI"],
  ["CHATNEST_MONGO_URI", "MONGODB_URI"],
  ["CHATNEST_LOG_LEVEL", "LOG_LEVEL"],
])("suggests for %s the name %s", (name, nearest) => {
  expect(findUnknownNames({ [name]: "geheim" })).toEqual([
    `${name} is not a setting and is ignored: did you mean ${nearest}?`,
  ]);
});

it("suggests nothing where no name is near", () => {
  expect(findUnknownNames({ CHATNEST_SOMETHING_ELSE: "x" })).toEqual([
    "CHATNEST_SOMETHING_ELSE is not a setting and is ignored",
  ]);
});

it("knows every setting", () => {
  const all = Object.fromEntries(settingsTable.map(({ name }) => [name, "x"]));
  expect(findUnknownNames(all)).toEqual([]);
});

it.each([
  ["a name of others", { PATH: "/bin", CHATNESTS: "x" }],
  ["a name of the tests", { CHATNEST_TEST_MONGODB_URI: "x" }],
  [
    "what Kubernetes sets for a service called chatnest",
    {
      CHATNEST_SERVICE_HOST: "10.0.0.1",
      CHATNEST_SERVICE_PORT: "8000",
      CHATNEST_SERVICE_PORT_HTTP: "8000",
      CHATNEST_PORT: "tcp://10.0.0.1:8000",
      CHATNEST_PORT_8000_TCP: "tcp://10.0.0.1:8000",
      CHATNEST_PORT_8000_TCP_ADDR: "10.0.0.1",
    },
  ],
])("says nothing about %s", (_what, values: Record<string, string>) => {
  expect(findUnknownNames(values)).toEqual([]);
});
