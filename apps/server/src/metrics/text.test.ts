import { expect, it } from "vitest";
import { CounterFamily, createReading, type Snapshot } from "./families.ts";
import { HistogramFamily } from "./histograms.ts";
import { addUp, toText } from "./text.ts";

const about = { name: "chatnest_things_total", help: "Things." };

/** What a process measured that counted `things`, took `seconds` for one, and has `open` things now. */
function measure(things: number, seconds: number, open: number): Snapshot[] {
  const counters = new CounterFamily(about);
  counters.child({ kind: 'a "b" \\ c\nd' }).add(things);
  const times = new HistogramFamily({ name: "chatnest_time_seconds", help: "Time." }, [1, 2]);
  times.child().observe(seconds);
  const gauge = createReading({ name: "chatnest_open", help: "Open." }, () => [
    { labels: {}, value: open },
  ]);
  // As it comes from another process.
  return JSON.parse(JSON.stringify([counters, times, gauge].map((family) => family.read())));
}

it("writes one process, with labels escaped", async () => {
  expect(await toText([measure(3, 1.5, 7)])).toBe(`# HELP chatnest_things_total Things.
# TYPE chatnest_things_total counter
chatnest_things_total{kind="a \\"b\\" \\\\ c\\nd"} 3

# HELP chatnest_time_seconds Time.
# TYPE chatnest_time_seconds histogram
chatnest_time_seconds_bucket{le="1"} 0
chatnest_time_seconds_bucket{le="2"} 1
chatnest_time_seconds_bucket{le="+Inf"} 1
chatnest_time_seconds_sum 1.5
chatnest_time_seconds_count 1

# HELP chatnest_open Open.
# TYPE chatnest_open gauge
chatnest_open 7
`);
});

it("adds up what several processes measured", async () => {
  const text = await toText([measure(3, 1.5, 7), measure(4, 0.5, 1), measure(5, 9, 0)]);
  expect(text).toMatch(/^chatnest_things_total\{.*\} 12$/m);
  expect(text).toContain('_bucket{le="1"} 1\n');
  expect(text).toContain('_bucket{le="2"} 2\n');
  expect(text).toContain('_bucket{le="+Inf"} 3\n');
  expect(text).toContain("chatnest_time_seconds_sum 11\n");
  expect(text).toContain("chatnest_open 8\n");
});

it("keeps what was counted by those that are gone, and not what was open in them", async () => {
  const gone = await addUp([measure(3, 1.5, 7), measure(4, 0.5, 1)]);
  const again = await addUp([gone, measure(1, 1, 1)]);
  const text = await toText([measure(5, 9, 2), again]);
  expect(text).toMatch(/^chatnest_things_total\{.*\} 13$/m);
  expect(text).toContain("chatnest_time_seconds_count 4\n");
  expect(text).toContain("chatnest_open 2\n");
});

it("counts a value in the bucket whose bound it has", () => {
  const family = new HistogramFamily({ name: "chatnest_sizes", help: "Sizes." }, [1, 2]);
  const histogram = family.child();
  for (const value of [0, 1, 1.001, 2, 2.001, 1e9]) histogram.observe(value);
  const counts = family.read().values.filter(({ labels }) => labels["le"] !== undefined);
  expect(counts.map(({ value }) => value)).toEqual([2, 4, 6]);
});
