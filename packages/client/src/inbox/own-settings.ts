import type { Conversations } from "../conversations.ts";
import type { InboxConversation, MemberSettings } from "../entities.ts";
import type { KnownUser } from "../http/identity.ts";
import type { ConversationChange } from "./inbox-events.ts";

/** Which settings of a conversation to change; those not given stay. */
export interface InboxSettings {
  /** ISO 8601 with a zone; `null` ends it. */
  muted_until?: string | null | undefined;
  pinned?: boolean | undefined;
  archived?: boolean | undefined;
}

/** What own changes of settings need. */
export interface OwnSettingsOptions {
  conversations: Conversations<KnownUser>;
  user_id: string | undefined;
  /** Takes the answer to a change. */
  apply(change: ConversationChange): void;
  /** Called when other changes are shown. */
  onChange(): void;
}

type Patch = Partial<Omit<MemberSettings, "conversation_id" | "user_id">>;

/** Own changes of settings: they are shown until the server has confirmed or refused them. */
export class OwnSettings {
  readonly #options: OwnSettingsOptions;
  readonly #patches = new Map<string, readonly Patch[]>();

  constructor(options: OwnSettingsOptions) {
    this.#options = options;
  }

  /**
   * Changes settings of a conversation.
   * @throws ChatError
   */
  async update(conversation_id: string, settings: InboxSettings): Promise<void> {
    const { conversations, user_id, apply, onChange } = this.#options;
    const patch = toPatch(settings);
    const patches = () => this.#patches.get(conversation_id) ?? [];
    this.#patches.set(conversation_id, [...patches(), patch]);
    onChange();
    try {
      const answer = await conversations.updateMember({ conversation_id, user_id, ...patch });
      apply({ type: "settings", conversation_id, settings: answer });
    } finally {
      const rest = patches().filter((other) => other !== patch);
      if (rest.length > 0) this.#patches.set(conversation_id, rest);
      else this.#patches.delete(conversation_id);
      onChange();
    }
  }

  /** Returns a conversation with its own changes. */
  show(row: InboxConversation): InboxConversation {
    const patches = this.#patches.get(row.id);
    return patches ? Object.assign({}, row, ...patches) : row;
  }
}

function toPatch({ muted_until, pinned, archived }: InboxSettings): Patch {
  return {
    ...(muted_until !== undefined && { muted_until }),
    ...(pinned !== undefined && { pinned }),
    ...(archived !== undefined && { archived }),
  };
}
