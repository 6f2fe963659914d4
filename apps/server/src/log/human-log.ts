import { styleText } from "node:util";

/** Turns a JSON line of the log into one that people read: time, level when it matters, message, fields. */
export function toHumanLine(json: string): string {
  const { time, level, msg, err, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const parts = [styleText("dim", String(time).slice(11, 19))];
  if (level !== "info") parts.push(styleText(level === "warn" ? "yellow" : "red", String(level)));
  parts.push(String(msg ?? ""));
  for (const [name, value] of Object.entries(fields)) {
    parts.push(`${styleText("dim", `${name}=`)}${toText(value)}`);
  }
  if (typeof err === "object" && err !== null && "stack" in err)
    parts.push(`\n${String(err.stack)}`);
  return parts.join(" ");
}

// What could steer a terminal stays escaped.
function toText(value: unknown): string {
  return typeof value === "string" && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value);
}
