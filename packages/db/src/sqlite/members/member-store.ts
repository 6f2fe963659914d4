import type { DatabaseSync } from "node:sqlite";
import type { Events } from "../../commit/events.ts";
import { StoreError } from "../../errors.ts";
import type { MemberStore } from "../../ports/members.ts";
import type { Durably } from "../commits/commits.ts";
import { conversationSql } from "../conversations/conversations.ts";
import { prepareQuery } from "../statements.ts";
import type { Members } from "./members.ts";
import { noMembership } from "./memberships.ts";
import { openSettings, type SettingsParts } from "./settings.ts";

/** What the port of the members needs. */
export interface MemberParts extends SettingsParts {
  members: Members;
  events: Pick<Events, "emit">;
  durably: Durably;
  /** Writes what shares its transaction with others. */
  share: Durably;
}

/** Opens the port of the members. Changes are emitted to `events`. */
export function openMemberStore(
  db: DatabaseSync,
  { members, events, durably, share, ...parts }: MemberParts,
): MemberStore {
  const setSettings = openSettings(db, parts);
  const conversation = prepareQuery(db, conversationSql.byId);

  return {
    async has({ conversation_id, user_id }) {
      return members.has(user_id, conversation_id);
    },
    async join({ conversation_id, user_id }) {
      const joined = await durably(() => {
        if (!conversation.get(conversation_id)) {
          throw new StoreError("not_found", `there is no conversation ${conversation_id}`);
        }
        return members.join(user_id, conversation_id);
      });
      if (joined) events.emit({ kind: "joined", conversation_id, user_id });
      return { joined };
    },
    async leave({ conversation_id, user_id }) {
      if (!(await durably(() => members.leave(user_id, conversation_id)))) {
        throw noMembership({ conversation_id, user_id });
      }
      events.emit({ kind: "left", conversation_id, user_id });
    },
    async update({ conversation_id, user_id }, change) {
      const member = { conversation_id, user_id };
      const { settings, changed } = await share(() => setSettings(member, change));
      if (changed) events.emit({ kind: "read", ...member });
      return settings;
    },
    async list(conversationId, range) {
      return members.list(conversationId, range);
    },
    async among(query) {
      return members.among(query);
    },
    async changes(query) {
      return members.changes(query);
    },
  };
}
