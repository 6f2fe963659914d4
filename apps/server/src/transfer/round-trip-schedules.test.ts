import { shareOf } from "@chatnest/db/tests/schedule-share.ts";
import fc from "fast-check";
import { describe, expect, inject, it } from "vitest";
import { act, history, seen } from "./testing/histories.ts";
import { openDatabase, openFile, type TestStore } from "./testing/stores.ts";
import { exportText, importText } from "./testing/whole.ts";

type Open = () => Promise<TestStore>;
const [deployment] = inject("mongoDeployments");
if (!deployment) throw new Error("no MongoDB was provided: these tests never skip it");
const inFile: Open = openFile;
const inMongo: Open = () => openDatabase(deployment.uri);
const runs = shareOf(20);

describe("any history, exported", () => {
  it.each<[string, Open, Open]>([
    ["SQLite to SQLite", inFile, inFile],
    ["SQLite to MongoDB", inFile, inMongo],
    ["MongoDB to SQLite", inMongo, inFile],
    ["MongoDB to MongoDB", inMongo, inMongo],
  ])(
    "gives the same bytes after its import, and goes on as it would: %s",
    async (_, from, to) => {
      const property = fc.asyncProperty(history, history, async (deeds, more) => {
        await using source = await from();
        await using target = await to();
        await act(source.store, deeds);
        const text = await exportText(source.store);
        const imported = await importText(target.store, text);
        expect(imported).toMatchObject({ existing: 0, differing: 0, isWhole: true });
        expect(await exportText(target.store)).toBe(text);
        expect(await seen(target.store)).toEqual(await seen(source.store));
        // Again, nothing is written.
        const again = await importText(target.store, text);
        expect(again).toMatchObject({ written: 0, existing: imported.written, differing: 0 });
        // What is done next has the same outcome in both. Times are those of the clock, except where they are given.
        const timed = more.map((deed) => ({ ...deed, n: deed.n - (deed.n % 3) }));
        for (const { store } of [source, target]) await act(store, timed, "later");
        expect(withoutTimes(await seen(target.store))).toEqual(
          withoutTimes(await seen(source.store)),
        );
      });
      await fc.assert(property, { numRuns: runs, endOnFailure: true });
    },
    300_000,
  );
});

function withoutTimes(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, inner: unknown) => (name === "joined_at" ? undefined : inner)),
  );
}
