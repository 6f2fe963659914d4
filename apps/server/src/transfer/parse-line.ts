import { z } from "zod";
import { CommandError } from "../command-error.ts";
import { type ExportLine, formatName, formatVersion } from "./format.ts";

const position = z.int().min(0);
const text = z.string().max(1_048_576);
// The store checks what is in it. A record would lose a name such as __proto__.
const metadata = z.custom<object>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
);
const threadState = z.strictObject({ count: position, last_seq: position, last_at: text });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const users = z.array(text).max(1_000);
const common = {
  type: z.literal("entry"),
  seq: position,
  id: text,
  user_id: text,
  timestamp: text,
};

const Entry = z.discriminatedUnion("kind", [
  z.strictObject({
    ...common,
    kind: z.literal("message"),
    content: text,
    reply_to: position.optional(),
    thread_seq: position.optional(),
    mentions: z.union([z.literal("everyone"), users]).optional(),
    metadata: metadata.optional(),
    thread_state: threadState.optional(),
    erased: z.literal(true).optional(),
    sent_hash: text.optional(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal("edit"),
    target_seq: position,
    edited: z.array(z.enum(["content", "metadata"])).max(2),
    content: text,
    metadata: metadata.optional(),
    erased: z.literal(true).optional(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal("deletion"),
    target_seq: position,
    thread_seq: position.optional(),
    thread_state: threadState.optional(),
  }),
  z.strictObject({
    ...common,
    kind: z.literal("reaction"),
    target_seq: position,
    key: text,
    added: z.boolean(),
    reactions: z.array(z.strictObject({ key: text, count: position, user_ids: users })).max(1_000),
  }),
]);

const Line = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("conversation"),
    id: text,
    created_at: text,
    created_with: text.optional(),
    title: text.optional(),
    metadata: metadata.optional(),
  }),
  z.strictObject({ type: z.literal("notes"), user_id: text }),
  z.strictObject({
    type: z.literal("member"),
    user_id: text,
    joined_at: text,
    read_seq: position,
    revision: position.optional(),
    muted_until: text.optional(),
    pinned: z.literal(true).optional(),
    archived_seq: position.optional(),
  }),
  Entry,
  z.strictObject({ type: z.literal("end"), members: position, entries: position, sha256 }),
  z.strictObject({
    type: z.literal("total"),
    conversations: position,
    notes: position,
    members: position,
    entries: position,
    sha256,
  }),
]);

const Header = z.object({
  format: z.literal(formatName),
  version: z.int(),
  exported_at: text,
});

/** Tells whether a file that begins with these bytes is an export. */
export function isExport(bytes: Buffer): boolean {
  const start = `{"format":"${formatName}"`;
  return bytes.toString("latin1", 0, start.length) === start;
}

/**
 * Checks the first line of an export.
 * @throws CommandError when a newer ChatNest wrote it.
 */
export function checkHeader(line: Buffer): void {
  const header = Header.safeParse(toValue(line));
  if (!header.success) throw new CommandError("line 1: not the first line of an export");
  const { version } = header.data;
  if (version > formatVersion) {
    throw new CommandError(
      `a newer ChatNest made this export (version ${version}; this one knows ${formatVersion})`,
    );
  }
}

/**
 * Parses a line of an export behind the first.
 * @throws CommandError without a word of the text.
 */
export function parseExportLine(line: Buffer, number: number): ExportLine {
  const parsed = Line.safeParse(toValue(line));
  if (parsed.success) return parsed.data as ExportLine;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".");
  throw new CommandError(
    `line ${number}: not a line of an export${where ? `, for its ${where}` : ""}`,
  );
}

function toValue(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString());
  } catch {
    return undefined;
  }
}
