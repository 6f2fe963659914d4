const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const near = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const far = new Intl.DateTimeFormat(undefined, { dateStyle: "short" });
const longNear = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
});
const longFar = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

const dayMs = 86_400_000;

/** The time of day in the reader's zone. */
export function toClock(timestamp: string): string {
  return clock.format(new Date(timestamp));
}

/** The time of day without what says which half of it, for narrow places. */
export function toNarrowClock(timestamp: string): string {
  const parts = clock.formatToParts(new Date(timestamp));
  const isShown = ({ type }: Intl.DateTimeFormatPart) => type !== "dayPeriod";
  return parts
    .filter(isShown)
    .map(({ value }) => value)
    .join("")
    .trim();
}

/** The day and the time in the reader's zone, for a tooltip. */
export function toFull(timestamp: string): string {
  return full.format(new Date(timestamp));
}

/** A time as short as an inbox needs it: the clock today, a weekday in the last week, else a date. */
export function toBrief(timestamp: string, now = new Date()): string {
  const date = new Date(timestamp);
  const days = daysBetween(date, now);
  if (days < 1) return clock.format(date);
  if (days < 7) return weekday.format(date);
  return date.getFullYear() === now.getFullYear() ? near.format(date) : far.format(date);
}

/** The name of a day: today, yesterday, or its date. */
export function toDay(timestamp: string, now = new Date()): string {
  const date = new Date(timestamp);
  const days = daysBetween(date, now);
  if (days === 0 || days === 1) return capitalize(relative.format(-days, "day"));
  return (date.getFullYear() === now.getFullYear() ? longNear : longFar).format(date);
}

/** Whether two times are on one day in the reader's zone. */
export function isSameDay(one: string, other: string): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

function daysBetween(date: Date, now: Date): number {
  const midnight = (time: Date) => new Date(time).setHours(0, 0, 0, 0);
  return Math.round((midnight(now) - midnight(date)) / dayMs);
}

function capitalize(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
