import { isDeepStrictEqual } from "node:util";
import type { Entry, InboxItem, InboxRange } from "@chatnest/db";
import { expect } from "vitest";
import { until } from "../support/until.ts";
import type { People } from "./inbox-people.ts";

const filters: [query: string, range: Pick<InboxRange, "archived" | "unread">][] = [
  ["", {}],
  ["&archived=true", { archived: true }],
  ["&archived=false", { archived: false }],
  ["&unread=true", { unread: true }],
  ["&unread=true&archived=false", { unread: true, archived: false }],
];

/** Checks all that users see through every server against what the logs and their deeds say, while nobody does anything. */
export async function checkInboxes(urls: readonly string[], people: People): Promise<void> {
  const [first = ""] = urls;
  const { book, rooms, users } = people;
  for (const { id } of rooms) book.fold(id, await readLog(first, id, book.oracle.headOf(id)));
  expect(book.wrongs).toEqual([]);
  for (const user of users) await see(first, people, user);
  for (const url of urls) {
    for (const user of users) await checkUser(url, people, user);
    for (const { id } of rooms) await checkReceipts(url, people, id);
  }
}

async function readLog(url: string, id: string, head: number): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (;;) {
    const after = head + entries.length;
    const page = await get<Entry[]>(`${url}/messages/${id}/log?limit=1000&after=${after}`);
    if (page.length === 0) return entries;
    entries.push(...page);
  }
}

/** Checks that an inbox is one that is possible, and takes it for the one. */
async function see(url: string, { book, rooms }: People, user: string): Promise<void> {
  const inbox = await readInbox(url, user, "");
  for (const { id } of rooms) {
    const item = inbox.find((one) => one.id === id);
    const possible = book.oracle.itemsOf(id, user);
    const isSeen = (one: InboxItem | undefined) => isDeepStrictEqual(one, item);
    if (!possible.some(isSeen)) {
      expect(item, book.storyOf(id, user)).toEqual(possible.length === 1 ? possible[0] : possible);
    }
    book.oracle.see(id, user, isSeen);
  }
}

async function checkUser(url: string, { book: { oracle } }: People, user: string): Promise<void> {
  const totals = await get<object>(`${url}/users/${user}/unread`);
  expect(totals, `totals of ${user}`).toEqual(oracle.totals(user, Date.now()));
  expect(await getItems(`${url}/conversations/${user}?messages=0`)).toEqual(oracle.inbox(user));
  for (const [query, range] of filters) {
    const shown = await readInbox(url, user, query);
    expect(shown, `the inbox of ${user}${query}`).toEqual(oracle.inbox(user, range));
  }
}

async function checkReceipts(url: string, { book, users }: People, id: string): Promise<void> {
  const listed = await get<{ user_id: string; read_seq: number }[]>(
    `${url}/messages/${id}/reads?limit=1000`,
  );
  const expected = users.flatMap((user_id) => {
    const [item] = book.oracle.itemsOf(id, user_id);
    return item ? { user_id, read_seq: item.read_seq } : [];
  });
  const byUser = new Map(listed.map(({ user_id, read_seq }) => [user_id, read_seq]));
  expect(byUser).toEqual(new Map(expected.map(({ user_id, read_seq }) => [user_id, read_seq])));
}

function readInbox(url: string, user: string, query: string): Promise<InboxItem[]> {
  return getItems(`${url}/conversations/${user}?limit=100&messages=0${query}`);
}

async function getItems(url: string): Promise<InboxItem[]> {
  return (await get<InboxItem[]>(url)).map((item) => {
    const { id, pinned, last_activity_at, muted_until, archived } = item;
    const { read_seq, revision, unread_count, mention_count } = item;
    const settings = { id, pinned, last_activity_at, muted_until, archived };
    return { ...settings, read_seq, revision, unread_count, mention_count };
  });
}

/** Reads, again if a server is not ready to answer yet. */
async function get<TBody>(url: string): Promise<TBody> {
  const response = await until(
    async () => {
      const answer = await fetch(url);
      return answer.status === 503 ? undefined : answer;
    },
    { timeoutMs: 20_000, what: `${url} is answered` },
  );
  expect(response.status, url).toBe(200);
  return (await response.json()) as TBody;
}
