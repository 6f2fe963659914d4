import type { ListedRead, ReadStore } from "../../ports/reads.ts";
import type { Connection } from "../connection/connection.ts";
import { openTotals } from "../inbox/totals.ts";
import type { ReadHeads } from "../log/head-reads.ts";
import { readMemberPage } from "../members/member-pages.ts";
import type { ChangeRow } from "./changing.ts";
import { type MemberRow, rowFields } from "./member-rows.ts";
import { lookAt } from "./standings.ts";
import { readOwnPositions } from "./states.ts";

/** What the port of reading needs. */
export interface ReadsParts {
  changeRow: ChangeRow;
  readHeads: ReadHeads;
}

/** Opens the port of reading. */
export function openReads(connection: Connection, { changeRow, readHeads }: ReadsParts): ReadStore {
  return {
    async mark(member, mark) {
      return (await changeRow(member, { mark })).state;
    },
    async list(conversationId, range): Promise<ListedRead[]> {
      const fields = rowFields;
      const rows = await readMemberPage<MemberRow>(connection, conversationId, {
        ...range,
        fields,
      });
      const standings = await lookAt(connection, rows, readHeads);
      const positions = await readOwnPositions(connection, standings);
      const read = new Map(
        standings.map(({ row }, index) => [row.user_id, positions[index]?.read_seq ?? 0]),
      );
      return rows.flatMap(({ user_id, joined: place }) => {
        const read_seq = read.get(user_id);
        return read_seq === undefined ? [] : [{ user_id, place, read_seq }];
      });
    },
    totals: openTotals(connection, readHeads),
  };
}
