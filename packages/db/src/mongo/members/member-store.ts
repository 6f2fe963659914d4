import { readTimeoutMs } from "../../deadlines.ts";
import { StoreError } from "../../errors.ts";
import type { MemberStore } from "../../ports/members.ts";
import type { Connection } from "../connection/connection.ts";
import { memberKey } from "../documents.ts";
import type { Waking } from "../inbox/waking.ts";
import type { ChangeRow } from "../reads/changing.ts";
import type { MemberBeliefs } from "./member-beliefs.ts";
import type { Members } from "./members.ts";

/** What the port of the members needs. */
export interface MemberParts {
  members: Members;
  beliefs: MemberBeliefs;
  waking: Pick<Waking, "wake">;
  changeRow: ChangeRow;
}

/** Opens the port of the members. */
export function openMemberStore(
  { conversations }: Connection,
  { members, beliefs, waking, changeRow }: MemberParts,
): MemberStore {
  return {
    async has(member) {
      const key = memberKey(member.user_id, member.conversation_id);
      if (beliefs.has(key)) return true;
      let isMember = false;
      await beliefs.learn(async () => {
        const present = await members.present([member]);
        isMember = present.has(key);
        return present;
      });
      return isMember;
    },
    async join(member) {
      const _id = member.conversation_id;
      if (!(await conversations.findOne({ _id }, { maxTimeMS: readTimeoutMs }))) {
        throw new StoreError("not_found", `there is no conversation ${_id}`);
      }
      if ((await members.present([member])).size > 0) return { joined: false };
      const marks = await waking.wake(new Map([[_id, undefined]]));
      return { joined: (await members.join([member], marks)) === 1 };
    },
    async leave(member) {
      if (!(await members.leave(member))) {
        const { user_id, conversation_id } = member;
        throw new StoreError("not_found", `${user_id} is not a member of ${conversation_id}`);
      }
    },
    async update(member, settings) {
      return (await changeRow(member, { settings })).settings;
    },
    list: (conversationId, range) => members.list(conversationId, range),
    among: (query) => members.among(query),
    changes: (query) => members.changes(query),
  };
}
