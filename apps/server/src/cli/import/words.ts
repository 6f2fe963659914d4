import { escapeControls } from "../../log/escape-controls.ts";

const counts = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Formats a number with commas between thousands, and no fraction. */
export function toCount(value: number): string {
  return counts.format(value);
}

/** Formats a time in its two largest units. */
export function toDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const textLengthMax = 500;

/** Makes a text safe to print on a terminal: control characters are escaped, and the end of a long text is cut off. */
export function toPrintable(text: string): string {
  const escaped = escapeControls(text);
  return escaped.length > textLengthMax ? `${escaped.slice(0, textLengthMax)}...` : escaped;
}
