import type { Line } from "./lines.ts";
import { type IdentifiedLine, MessageIds } from "./message-ids.ts";
import { parseLine } from "./parse-line.ts";

/** An entry of a file. */
export interface FileEntry {
  entry: IdentifiedLine;
  line: Line;
  /** How many bytes its line takes in the file, with the lines before it that have no entry. */
  span: number;
}

/** What to do with lines that cannot be imported. */
export interface ReadWindowsOptions {
  /** Whether to stop at the first one. */
  isStrict: boolean;
  /** Whether entries are handed on as they come, as those of a pipe are: its next line may be long in coming. */
  isPiped?: boolean | undefined;
  onBadLine(lineNumber: number, reason: string): void;
}

const windowLinesMax = 50_000;
const windowBytesMax = 16 * 1024 * 1024;

/**
 * Reads the entries of a file in windows of some thousand lines. The entries of a window are ordered by conversation, those of
 * one conversation as in the file: a database finds them faster. A strict import is never reordered, since all that comes
 * before a refused line must be stored, nor is a pipe.
 */
export async function* readWindows(
  lines: AsyncIterable<Line>,
  { isStrict, isPiped = false, onBadLine }: ReadWindowsOptions,
): AsyncGenerator<FileEntry[]> {
  const ids = new MessageIds();
  const linesMax = isPiped ? 1 : windowLinesMax;
  let entries: FileEntry[] = [];
  let bytes = 0;
  let end = 0;

  function take(): FileEntry[] {
    const taken = entries;
    entries = [];
    bytes = 0;
    return isStrict ? taken : taken.sort(byConversation);
  }

  for await (const line of lines) {
    const parsed = parseLine(line);
    if (parsed.kind === "blank") continue;
    if (parsed.kind === "bad") {
      onBadLine(line.number, parsed.reason);
      if (isStrict) break;
      continue;
    }
    entries.push({ entry: ids.identify(parsed.message), line, span: line.end - end });
    bytes += line.end - end;
    end = line.end;
    if (entries.length === linesMax || bytes >= windowBytesMax) yield take();
  }
  if (entries.length > 0) yield take();
}

function byConversation({ entry: a }: FileEntry, { entry: b }: FileEntry): number {
  const [first, second] = [a.conversation_id ?? "", b.conversation_id ?? ""];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
