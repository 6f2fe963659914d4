import { expect, it } from "vitest";
import { nameMongo } from "./mongo-name.ts";

it.each([
  ["mongodb://localhost", "MongoDB localhost/chatnest"],
  ["mongodb://localhost:27017/", "MongoDB localhost:27017/chatnest"],
  ["mongodb://a:1,b:2/talk?replicaSet=rs0", "MongoDB a:1,b:2/talk"],
  [
    "mongodb+srv://ada:geheim@cluster.example.com/talk?w=majority",
    "MongoDB cluster.example.com/talk",
  ],
  ["mongodb://ada:geheim@[::1]:27017/?authSource=admin", "MongoDB [::1]:27017/chatnest"],
  ["mongodb://localhost?directConnection=true", "MongoDB localhost/chatnest"],
  // Characters that should have been encoded.
  ["mongodb://ada:geh/eim@host/talk", "MongoDB"],
  ["mongodb://ada:geh?eim@host/talk", "MongoDB"],
  ["mongodb://ada:geh#eim@host/talk", "MongoDB"],
  ["mongodb://ada:geh@eim@host/talk", "MongoDB"],
])("names %s without its secrets", (uri, name) => {
  expect(nameMongo(uri)).toBe(name);
});
