// Computes where conversations and their load fall, up to 10^9 messages a day. Usage: npx node bench/scaling/simulate.ts
import { createRandom } from "./random.ts";
import { readRealMessages } from "./real-data.ts";

// Measured, see ../scaling.md: bytes a message on disk (documents and both indexes) and in the cache.
const diskBytes = 280;
const cacheBytes = 494;
// One lane, and one set of three members, on two cores: a floor.
const laneRate = 7_800;
const shardRate = 5_800;

// Assumed: what no measurement here can say.
const messagesADayOfConversation = 100;
const peakToMean = 3;
const copiesKept = 3;
const shardDiskBytes = 4e12;
const hotDays = 1;
const instances = 100;
const listenersOfConversation = 5;

const secondsADay = 86_400;
const days = [1e6, 1e7, 1e8, 1e9];
const shardCounts = [2, 4, 8, 16, 32, 64];
const exponents = [0.6, 0.8, 1, 1.2];

await printExponent();
printPlacement();
printSizes(1);
printInstances();

/** Fits the exponent of Zipf's law to how much the real users said: a line through log rank and log count. */
async function printExponent(): Promise<void> {
  const ofUser = Map.groupBy(await readRealMessages(), ({ user_id }) => user_id);
  const counts = [...ofUser.values()].map(({ length }) => length).sort((a, b) => b - a);
  // Without the long tail of those who said a few things: its ranks are ties.
  const points = counts
    .filter((count) => count >= 10)
    .map((count, index) => ({ x: Math.log(index + 1), y: Math.log(count) }));
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const covariance = mean(points.map(({ x, y }) => (x - meanX) * (y - meanY)));
  const exponent = -covariance / mean(points.map(({ x }) => (x - meanX) ** 2));
  const [top = 0] = counts;
  const share = (100 * top) / counts.reduce((sum, count) => sum + count, 0);
  console.log(
    `${counts.length} real users: exponent ${exponent.toFixed(2)} (${points.length} of them, 10 messages or more), ` +
      `the first said ${share.toFixed(1)} % of all`,
  );
}

/** How much of the load the shards get, when conversations fall on them at random, by size. */
function place(conversations: number, exponent: number) {
  const random = createRandom(7);
  const loads = shardCounts.map((count) => new Float64Array(count));
  let total = 0;
  for (let rank = 1; rank <= conversations; rank++) {
    const size = rank ** -exponent;
    total += size;
    const spot = random.next();
    for (const shards of loads) {
      const shard = Math.floor(spot * shards.length);
      shards[shard] = (shards[shard] ?? 0) + size;
    }
  }
  const hottest = loads.map((shards) => (Math.max(...shards) * shards.length) / total);
  return { hottest, largest: 1 / total };
}

function printPlacement(): void {
  const perDay = 1e9;
  const conversations = perDay / messagesADayOfConversation;
  console.log(
    `\n10^9 messages a day in ${power(conversations)} conversations: hottest shard / mean`,
  );
  const head = shardCounts.map((count) => `${count}`.padStart(6)).join("");
  console.log(`exponent${head} shards  largest conversation, peak`);
  for (const exponent of exponents) {
    const { hottest, largest } = place(conversations, exponent);
    const cells = hottest.map((value) => value.toFixed(2).padStart(6)).join("");
    const rate = (largest * perDay * peakToMean) / secondsADay;
    const verdict = rate > laneRate ? `, more than a lane's ${laneRate}/s` : "";
    console.log(
      `${exponent.toFixed(1).padStart(8)}${cells}         ${(100 * largest).toFixed(3)} %, ${rate.toFixed(0)}/s${verdict}`,
    );
  }
}

function printSizes(exponent: number): void {
  console.log(
    `\nper day   peak/s  disk a day  disk a year  x ${copiesKept} copies  hot set  shards by peak, by disk  largest, peak/s`,
  );
  for (const perDay of days) {
    const { largest } = place(perDay / messagesADayOfConversation, exponent);
    const peak = (perDay * peakToMean) / secondsADay;
    const year = perDay * diskBytes * 365;
    const byPeak = Math.ceil(peak / shardRate);
    const byDisk = Math.ceil(year / shardDiskBytes);
    console.log(
      [
        power(perDay).padEnd(8),
        peak.toFixed(0).padStart(7),
        bytes(perDay * diskBytes).padStart(11),
        bytes(year).padStart(12),
        bytes(year * copiesKept).padStart(11),
        bytes(perDay * hotDays * cacheBytes).padStart(8),
        `${byPeak}, ${byDisk}`.padStart(24),
        (largest * peak).toFixed(0).padStart(16),
      ].join(" "),
    );
  }
}

/** What an instance hears when it hears everything, and when it hears what its clients listen to. */
function printInstances(): void {
  console.log(`\nper day   an instance of ${instances} hears, at peak: everything, its own`);
  const heard = listenersOfConversation / instances;
  for (const perDay of days) {
    const peak = (perDay * peakToMean) / secondsADay;
    console.log(`${power(perDay).padEnd(9)} ${peak.toFixed(0)}/s, ${(peak * heard).toFixed(0)}/s`);
  }
}

function power(count: number): string {
  return `10^${Math.round(Math.log10(count))}`;
}

function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const unit = Math.min(Math.floor(Math.log10(count) / 3), units.length - 1);
  return `${(count / 1_000 ** unit).toPrecision(3)} ${units[unit]}`;
}
