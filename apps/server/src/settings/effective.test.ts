import { expect, it } from "vitest";
import { listEffective } from "./effective.ts";
import { readGiven } from "./given.ts";

const secrets = {
  CHATNEST_API_KEYS: "cnk_geheim-geheim-geheim-geheim-geheim",
  CHATNEST_JWT_SECRET: "geheim-geheim-geheim-geheim-geheim",
};

it("hides keys and secrets, and all of a URI but its hosts and its database", () => {
  const MONGODB_URI = "mongodb://ada:geheim@a:1,b:2/talk?authMechanismProperties=geheim";
  const settings = listEffective(readGiven({ ...secrets, MONGODB_URI }, "none.env"));
  expect(JSON.stringify(settings)).not.toContain("geheim");
  expect(settings).toContainEqual({
    name: "MONGODB_URI",
    value: "a:1,b:2/talk",
    isHidden: true,
    source: "environment",
  });
});

it.each([
  "mongodb://ada:geh@geheim@a/talk",
  "mongodb://geheim",
  "mongodb://a/talk?geheim@b",
  "mongodb:///geheim",
])("shows no part of a URI that could be a password: %s", (MONGODB_URI) => {
  const [found] = listEffective(readGiven({ MONGODB_URI }, "none.env")).filter(
    ({ name }) => name === "MONGODB_URI",
  );
  const isHost = MONGODB_URI === "mongodb://geheim";
  expect(found).toMatchObject({ value: isHost ? "geheim/chatnest" : undefined, isHidden: true });
});
