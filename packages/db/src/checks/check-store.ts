import { isStoreError, StoreError } from "../errors.ts";
import type { CheckedMember, Finding } from "../ports/checks.ts";
import type { StoredConversation } from "../ports/transfer.ts";
import type { ChatStore } from "../store.ts";
import { conversationStream, noteStream, type Stream } from "../stream.ts";
import { LogFold } from "./log-fold.ts";
import { ReadCheck } from "./read-check.ts";

/** How far a check is. */
export interface CheckProgress {
  conversations: number;
  notes: number;
  entries: number;
}

/** How to check. */
export interface CheckOptions {
  /** Whether nobody else uses the store in this process, so that steps may be long. */
  isAlone: boolean;
  onProgress(progress: CheckProgress): void;
}

/** A conversation, or the notes of a user. */
interface Log {
  stream: Stream;
  name: string;
  conversation?: StoredConversation;
}

const listedMax = 500;
const pageSize = 1_000;
/** How often a log is checked that changes meanwhile. */
const triesMax = 3;

/**
 * Checks a store: that its logs have no holes, that all that is derived from them is what they say, and that nothing belongs to
 * nothing. It writes nothing. What others store meanwhile is not taken for a fault: a log that changes is checked again.
 */
export async function* checkStore(
  store: ChatStore,
  options: CheckOptions,
): AsyncGenerator<Finding> {
  const progress: CheckProgress = { conversations: 0, notes: 0, entries: 0 };
  yield* readOrTell("the database", store.checks.faults(options.isAlone));
  for await (const log of readOrTell("the list of conversations", listLogs(store))) {
    if ("what" in log) {
      yield log;
      continue;
    }
    for (const what of await checkOrTell(store, log, progress)) yield { where: log.name, what };
    if (log.conversation) progress.conversations++;
    else progress.notes++;
    options.onProgress({ ...progress });
  }
}

/** Passes on what is read. That it cannot be read is a finding. */
async function* readOrTell<TItem>(
  where: string,
  items: AsyncIterable<TItem>,
): AsyncGenerator<TItem | Finding> {
  try {
    yield* items;
  } catch (error) {
    yield { where, what: toUnreadable(error) };
  }
}

async function checkOrTell(store: ChatStore, log: Log, progress: CheckProgress): Promise<string[]> {
  try {
    return await checkLog(store, log, progress);
  } catch (error) {
    return [toUnreadable(error)];
  }
}

/** @throws the error of a store that is away or closed. */
function toUnreadable(error: unknown): string {
  if (!(error instanceof Error) || isStoreError(error)) throw error;
  // SQLite says what is wrong with the file; any other message may have a piece of a text.
  return `cannot be read: ${"errcode" in error ? error.message : error.name}`;
}

async function* listLogs({ transfer }: ChatStore): AsyncGenerator<Log> {
  let after: string | undefined;
  for (;;) {
    const some = await transfer.conversations({
      limit: listedMax,
      ...(after !== undefined && { after }),
    });
    for (const conversation of some) {
      const { id } = conversation;
      yield { stream: conversationStream(id), name: `conversation ${id}`, conversation };
    }
    after = some.at(-1)?.id;
    if (some.length < listedMax) break;
  }
  let last: string | undefined;
  for (;;) {
    const some = await transfer.noteUsers({
      limit: listedMax,
      ...(last !== undefined && { after: last }),
    });
    for (const user of some) yield { stream: noteStream(user), name: `the notes of ${user}` };
    last = some.at(-1);
    if (some.length < listedMax) return;
  }
}

async function checkLog(store: ChatStore, log: Log, progress: CheckProgress): Promise<string[]> {
  for (let tries = 1; ; tries++) {
    const before = await headOf(store, log.stream);
    const found = await checkOnce(store, log, before);
    const isSure = found.length === 0 || tries === triesMax;
    if (!isSure && (await headOf(store, log.stream)) !== before) continue;
    progress.entries += before;
    return found;
  }
}

async function checkOnce(store: ChatStore, log: Log, upTo: number): Promise<string[]> {
  const { stream, conversation } = log;
  const found: string[] = [];
  const fold = new LogFold();
  const members = conversation ? await readMembers(store, conversation.id) : [];
  const reading = new ReadCheck(members);
  while (fold.head.seq < upTo) {
    const after = fold.head.seq;
    const range = { after, before: upTo + 1, limit: pageSize, from: "oldest" } as const;
    const page = await store.transfer.entries(stream, range);
    const counts = await store.checks.counts(stream, { after, limit: page.length });
    if (page.length === 0) {
      found.push(`entry ${after + 1} is missing`);
      break;
    }
    for (const [index, entry] of page.entries()) {
      found.push(...fold.add(entry));
      reading.add(entry);
      const { count, said_seq } = counts[index] ?? {};
      if (count === fold.head.count && said_seq === fold.head.said_seq) continue;
      // All behind a fault is counted wrongly: that would hide what is wrong elsewhere.
      if (found.length === 0) found.push(`entry ${entry.seq} is counted wrongly`);
    }
  }
  found.push(...fold.end());
  // What is derived from a log that is not one says nothing.
  if (found.length > 0) return found;
  found.push(...(await checkMessages(store, stream, fold)));
  if (conversation) found.push(...(await checkConversation(store, conversation, fold)));
  found.push(...reading.end(fold, Date.parse(conversation?.created_at ?? "")));
  return found;
}

async function checkMessages(store: ChatStore, stream: Stream, fold: LogFold): Promise<string[]> {
  const found: string[] = [];
  let after = 0;
  let count = 0;
  for (;;) {
    const range = {
      after,
      before: fold.head.seq + 1,
      limit: pageSize,
      from: "oldest",
      deleted: true,
    } as const;
    const page = await store.messages.page(stream, range);
    for (const message of page) {
      count++;
      found.push(...fold.check(message));
      const { seq } = message;
      const expected = fold.reactors(seq);
      if (expected.size === 0 && !message.reactions) continue;
      const reactors = await store.messages.reactors(stream, seq, { limit: pageSize });
      const isSame =
        reactors.every(({ key, user_id }) => expected.has(`${key}\n${user_id}`)) &&
        reactors.length === Math.min(expected.size, pageSize);
      if (!isSame) found.push(`message ${seq} does not list those who react to it`);
    }
    const last = page.at(-1);
    if (!last) break;
    after = last.seq;
  }
  if (count !== fold.head.count) found.push(`${fold.head.count - count} messages are not shown`);
  return found;
}

async function checkConversation(
  store: ChatStore,
  { id, created_at }: StoredConversation,
  fold: LogFold,
): Promise<string[]> {
  const [shown] = await store.conversations.get([id], 0, 0);
  const found: string[] = [];
  if ((await store.transfer.find(id))?.isBegun)
    found.push("an import or a migration of it was not finished");
  if (!shown) return [...found, "it is not shown"];
  if (shown.last_seq !== fold.head.seq) {
    found.push(`its last_seq is ${shown.last_seq}, but its log ends at ${fold.head.seq}`);
  }
  const activeAt = fold.head.said_seq === 0 ? created_at : new Date(fold.saidAt).toISOString();
  if (shown.last_activity_at !== activeAt) {
    found.push(`its last_activity_at is ${shown.last_activity_at} instead of ${activeAt}`);
  }
  return found;
}

async function readMembers({ checks }: ChatStore, id: string): Promise<CheckedMember[]> {
  const members: CheckedMember[] = [];
  for (;;) {
    const after = members.at(-1);
    const page = await checks.members(id, { limit: pageSize, ...(after && { after }) });
    members.push(...page);
    if (page.length < pageSize) return members;
    if (page.at(-1) === after) throw new StoreError("unavailable", "the members change too fast");
  }
}

async function headOf({ log }: ChatStore, stream: Stream): Promise<number> {
  return (await log.heads([stream])).get(stream)?.seq ?? 0;
}
