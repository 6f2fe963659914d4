const msOfDay = 86_400_000;
const twoDigits = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, "0"));

// The days of the messages of a page are mostly the same.
let knownDay = Number.NaN;
let knownDate = "";

/**
 * Converts ms since 1970 to ISO 8601, UTC, with milliseconds: as `Date` does, which takes several times as long. Takes whole
 * numbers that a `Date` can hold.
 */
export function toTimestamp(time: number): string {
  const day = Math.floor(time / msOfDay);
  if (day !== knownDay) {
    knownDate = new Date(day * msOfDay).toISOString().slice(0, -"00:00:00.000Z".length);
    knownDay = day;
  }
  const ofDay = time - day * msOfDay;
  const hours = twoDigits[Math.trunc(ofDay / 3_600_000)];
  const minutes = twoDigits[Math.trunc(ofDay / 60_000) % 60];
  const seconds = twoDigits[Math.trunc(ofDay / 1_000) % 60];
  const ms = ofDay % 1_000;
  return `${knownDate}${hours}:${minutes}:${seconds}.${ms < 100 ? "0" : ""}${ms < 10 ? "0" : ""}${ms}Z`;
}
