import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "@chatnest/db";
import { append } from "@chatnest/tests/support/append.ts";
import { chatnest, type MeasuredServer, startServer } from "./processes.ts";
import { type Figure, median } from "./report.ts";
import { plainText } from "./text.ts";

const length = 100_000;
const reads = 10;
const starts = 5;

/** Measures a long history, read in one answer, and how soon a server answers at all. */
export async function measureHistory(): Promise<Figure[]> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "chatnest-bench-"));
  await fill(join(folder.path, "chatnest.db"));
  const options = { args: ["serve"], env: { CHATNEST_DATA: folder.path } };
  return [...(await measureReads(options)), ...(await measureStarts(options))];
}

type Options = Parameters<typeof startServer>[1];

async function measureReads(options: Options): Promise<Figure[]> {
  await using server = await startServer(chatnest, options);
  // The first ones compile what the others run.
  for (let n = 0; n < 3; n++) await read(server, "?limit=50");
  const pages: Read[] = [];
  const histories: Read[] = [];
  const before = await server.rssKiB();
  for (let n = 0; n < reads; n++) histories.push(await read(server, ""));
  for (let n = 0; n < reads; n++) pages.push(await read(server, "?limit=50"));
  const first = (all: Read[]) => median(all.map(({ firstByteMs }) => firstByteMs));
  return [
    {
      name: `first byte of ${length} messages`,
      value: first(histories),
      unit: "ms",
      peer: { name: "a page of 50", value: first(pages) },
      bar: { of: "value", most: 100 },
    },
    {
      name: "all of them",
      value: median(histories.map(({ bytes, ms }) => bytes / ms / 1000)),
      unit: "MB/s",
    },
    {
      name: "memory that the first of them takes",
      value: ((histories[0]?.peakKiB ?? 0) - before) / 1024,
      unit: "MiB",
      peer: { name: "MiB of answer", value: (histories[0]?.bytes ?? 0) / 2 ** 20 },
      bar: { of: "value", most: 32 },
    },
    {
      name: `memory that ${reads} of them take`,
      value: (Math.max(...histories.map(({ peakKiB }) => peakKiB)) - before) / 1024,
      unit: "MiB",
    },
  ];
}

async function measureStarts(options: Options): Promise<Figure[]> {
  const ours: number[] = [];
  const bare: number[] = [];
  for (let n = 0; n < starts; n++) {
    await using server = await startServer(chatnest, options);
    ours.push(server.readyMs);
    await using peer = await startServer("./servers/bare-events.ts");
    bare.push(peer.readyMs);
  }
  return [
    {
      name: "time to ready, embedded",
      value: median(ours),
      unit: "ms",
      peer: { name: "bare Node", value: median(bare) },
      bar: { of: "value", most: 1_500 },
    },
  ];
}

async function fill(file: string): Promise<void> {
  const store = openSqliteStore(file);
  const sends = Array.from({ length }, (_, n) =>
    append(store, {
      id: `message-${n}`,
      user_id: `user-${n % 20}`,
      conversation_id: "long",
      content: plainText,
    }),
  );
  await Promise.all(sends);
  await store.close();
}

interface Read {
  firstByteMs: number;
  ms: number;
  bytes: number;
  peakKiB: number;
}

async function read(server: MeasuredServer, query: string): Promise<Read> {
  const startedAt = performance.now();
  const response = await fetch(`${server.url}/messages/long${query}`);
  let firstByteMs = 0;
  let bytes = 0;
  let peakKiB = 0;
  let seen = 0;
  for await (const chunk of response.body ?? []) {
    firstByteMs ||= performance.now() - startedAt;
    bytes += chunk.length;
    if (seen++ % 20 === 0) peakKiB = Math.max(peakKiB, await server.rssKiB());
  }
  return { firstByteMs, ms: performance.now() - startedAt, bytes, peakKiB };
}
