import { conversationStream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import type { ReadHeads } from "../log/head-reads.ts";
import { noHead } from "../log/heads.ts";
import { asRead, keyOfRow, type MemberRow, readMemberRows } from "./member-rows.ts";
import { atHead, type Standing } from "./states.ts";
import { newVersion, updateRows } from "./update-rows.ts";

/** What looking at memberships needs. */
export type LookConnection = Pick<Connection, "db" | "members" | "horizon">;

/** Completes memberships that were read with the heads of their logs. */
async function withHeads(rows: readonly MemberRow[], readHeads: ReadHeads): Promise<Standing[]> {
  if (rows.length === 0) return [];
  const streams = new Set(rows.map(({ conversation_id }) => conversationStream(conversation_id)));
  const heads = await readHeads([...streams]);
  return rows.map((row) => {
    return { row, head: heads.get(conversationStream(row.conversation_id)) ?? noHead };
  });
}

/**
 * Completes memberships with heads, and stores the heads in those of an earlier release, which know nothing of reading: they have
 * read what is there at the first look.
 */
export async function lookAt(
  connection: LookConnection,
  rows: readonly MemberRow[],
  readHeads: ReadHeads,
): Promise<Standing[]> {
  const standings = await withHeads(rows, readHeads);
  const unknown = standings.filter(({ row }) => row.read_seq === undefined);
  if (unknown.length === 0) return standings;
  const heads = new Map(standings.map(({ row, head }) => [keyOfRow(row), head]));
  await updateRows(
    connection,
    unknown.map(({ row, head }) => {
      const { read_seq, read_count } = atHead(head);
      return {
        filter: asRead(row),
        update: { $set: { read_seq, read_count, version: newVersion(), adopted: true } },
      };
    }),
  );
  // Others may have looked first, with another head.
  const adopted = await readMemberRows(
    connection,
    unknown.map(({ row }) => row),
  );
  const known = standings.filter(({ row }) => row.read_seq !== undefined);
  return [...known, ...adopted.map((row) => ({ row, head: heads.get(keyOfRow(row)) ?? noHead }))];
}
