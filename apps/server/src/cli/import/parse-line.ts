import { ImportLine, toChatError } from "@chatnest/api";
import { type Line, lineBytesMax } from "./lines.ts";

/** The content of a line. */
export type ParsedLine =
  | { kind: "message"; message: ImportLine }
  | { kind: "bad"; reason: string }
  | { kind: "blank" };

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Parses a line of a file to import. The reason given for a bad one never quotes its text. */
export function parseLine({ number, bytes }: Line): ParsedLine {
  if (bytes === null) return bad(`longer than ${lineBytesMax / 1024 / 1024} MiB`);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return bad("not UTF-8");
  }
  if (number === 1 && text.startsWith("\uFEFF")) text = text.slice(1);
  if (text.trim() === "") return { kind: "blank" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return bad("not JSON");
  }
  const parsed = ImportLine.safeParse(value);
  return parsed.success
    ? { kind: "message", message: parsed.data }
    : bad(toChatError(parsed.error).message);
}

function bad(reason: string): ParsedLine {
  return { kind: "bad", reason };
}
