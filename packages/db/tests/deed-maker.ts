import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { NewMessage } from "../src/ports/log.ts";
import type { Member, MemberSettingsChange } from "../src/ports/members.ts";
import type { ReadMark } from "../src/ports/reads.ts";
import type { ChatStore } from "../src/store.ts";
import { answerOf, type Call, type Done, expectAnswer, keyOf, roomOf } from "./deed-calls.ts";
import type { Deed } from "./drawn-deeds.ts";
import type { InboxOracle } from "./inbox-oracle.ts";
import { outcomeOf } from "./room.ts";

type DeedOf<TKind extends Deed["kind"]> = Extract<Deed, { kind: TKind }>;

/** How much can be done to one membership at the same time: all orders of it are tried. */
const actsMax = 3;

/** Makes calls of what was drawn. Whatever does not fit the others that are made at the same time is left out. */
export class DeedMaker {
  readonly users: readonly string[];
  readonly rooms: readonly string[];
  readonly #oracle: InboxOracle;
  readonly #sent: NewMessage[] = [];
  readonly #leftThrough = new Map<string, number>();
  readonly #taken = new Map<string, number>();
  #isCreated = false;

  constructor(oracle: InboxOracle) {
    const name = randomUUID();
    this.#oracle = oracle;
    this.users = ["ann", "bob", "cy"].map((user) => `${user}-${name}`);
    this.rooms = ["z", "\uFF21", "\u{1F600}"].map((end) => `${name}.${end}`);
  }

  /** Begins what is done at the same time. */
  begin(): void {
    this.#taken.clear();
  }

  make(deed: Deed, store: number): Call | undefined {
    if (deed.kind === "create") return this.#create(store);
    if (deed.kind === "repeat") return this.#repeat(deed, store);
    const member = {
      user_id: this.users[deed.user] ?? "",
      conversation_id: this.rooms[deed.room] ?? "",
    };
    switch (deed.kind) {
      case "send":
        return this.#send(member, deed, store);
      case "edit":
      case "react":
      case "delete":
        return this.#change(member, deed, store);
      case "mark":
      case "unread":
      case "beyond":
        return this.#mark(member, deed, store);
      case "set":
        return this.#set(member, deed, store);
      case "join":
      case "leave":
        return this.#membership(member, deed, store);
      case "title":
        return this.#title(member, store);
    }
  }

  #send(member: Member, { mentions, reply, age }: DeedOf<"send">, store: number) {
    const isJoining = !this.#isMember(member);
    if (!this.#take(member, isJoining ? actsMax : 1)) return undefined;
    const names = typeof mentions === "object" && mentions.map((n) => this.users[n] ?? "nobody");
    const thread_seq = reply === undefined ? undefined : this.#messageAt(member, reply);
    const message = roomOf(member).newMessage({
      ...(mentions !== undefined && { mentions: names || "everyone" }),
      ...(thread_seq !== undefined && { thread_seq }),
      ...(age !== 0 && { timestamp: new Date(Date.now() - age).toISOString() }),
    });
    const leftThrough = this.#leftThrough.get(keyOf(member)) ?? store;
    return {
      store: isJoining ? leftThrough : store,
      run: async (chosen: ChatStore): Promise<Done[]> => {
        // What it replies to may be a reply itself, or deleted.
        const isCreated = (await outcomeOf(chosen, message)) === "created";
        if (isCreated) this.#sent.push(message);
        if (!isJoining) return [];
        return [{ member, acts: [{ kind: isCreated ? "join" : "perhaps join" }] }];
      },
    };
  }

  #repeat({ back }: DeedOf<"repeat">, store: number): Call | undefined {
    const message = this.#sent.at(-1 - back);
    if (!message) return undefined;
    const { user_id, conversation_id } = message;
    const member = { user_id, conversation_id: conversation_id ?? "" };
    if (!this.#isMember(member) || !this.#take(member)) return undefined;
    return {
      store,
      async run(chosen) {
        expect(await outcomeOf(chosen, message)).toBe("repeated");
        return [];
      },
    };
  }

  #change(
    member: Member,
    { kind, back }: DeedOf<"edit" | "react" | "delete">,
    store: number,
  ): Call | undefined {
    const target = this.#messageAt(member, back);
    if (target === undefined) return undefined;
    const room = roomOf(member);
    const entry = {
      edit: () => room.newEdit(target, { content: randomUUID() }),
      react: () => room.newReaction(target, "+1"),
      delete: () => room.newDeletion(target),
    }[kind]();
    return { store, run: async (chosen) => outcomeOf(chosen, entry).then(() => []) };
  }

  #mark(
    member: Member,
    deed: DeedOf<"mark" | "unread" | "beyond">,
    store: number,
  ): Call | undefined {
    const head = this.#oracle.headOf(member.conversation_id);
    if (deed.kind === "unread" && head === 0) return undefined;
    const times = deed.kind === "mark" && deed.isDoubled ? 2 : 1;
    if (!this.#take(member, times)) return undefined;
    const mark = this.#markOf(member, deed, head);
    const isMember = this.#isMember(member);
    const isInvalid = isMember && deed.kind === "beyond";
    return {
      store,
      run: (chosen) =>
        Promise.all(
          Array.from({ length: times }, async (): Promise<Done> => {
            const answer = await answerOf(chosen.reads.mark(member, mark));
            if (!isMember || isInvalid) {
              expect(answer).toBe(isMember ? "invalid" : "not_found");
              return { member, acts: [] };
            }
            return { member, acts: [{ kind: "mark", mark }], answer: expectAnswer(answer) };
          }),
        ),
    };
  }

  #markOf(member: Member, deed: DeedOf<"mark" | "unread" | "beyond">, head: number): ReadMark {
    if (deed.kind === "beyond") return { read_seq: head + 1_000 };
    if (deed.kind === "unread") return { unread_from: Math.max(1, head - deed.back) };
    const { conversation_id, user_id } = member;
    const known = this.#oracle.revisionOf(conversation_id, user_id);
    const revision = deed.revision === "old" ? Math.max(0, known - 1) : known;
    const read_seq = Math.max(0, head - deed.back);
    return { read_seq, ...(deed.revision !== "none" && { revision }) };
  }

  #set(member: Member, { change: drawn }: DeedOf<"set">, store: number): Call | undefined {
    if (!this.#take(member)) return undefined;
    const { muted, pinned, archived } = drawn;
    const until = typeof muted === "number" ? new Date(Date.now() + muted).toISOString() : null;
    const change: MemberSettingsChange = {
      ...(muted !== undefined && { muted_until: until }),
      ...(pinned !== undefined && { pinned }),
      ...(archived !== undefined && { archived }),
    };
    const isMember = this.#isMember(member);
    return {
      store,
      async run(chosen) {
        const answer = await answerOf(chosen.members.update(member, change));
        if (isMember)
          return [{ member, acts: [{ kind: "set", change }], answer: expectAnswer(answer) }];
        expect(answer).toBe("not_found");
        return [];
      },
    };
  }

  #membership(member: Member, { kind }: DeedOf<"join" | "leave">, store: number): Call | undefined {
    const isMember = this.#isMember(member);
    if (!this.#oracle.has(member.conversation_id) || (kind === "leave" && !isMember)) {
      return undefined;
    }
    if (!this.#take(member, actsMax)) return undefined;
    if (kind === "leave") this.#leftThrough.set(keyOf(member), store);
    return {
      store,
      async run({ members }) {
        if (kind === "leave") await members.leave(member);
        else expect(await members.join(member)).toEqual({ joined: !isMember });
        return [{ member, acts: [{ kind }] }];
      },
    };
  }

  /** Changes what no inbox says. */
  #title({ conversation_id: id }: Member, store: number): Call | undefined {
    if (!this.#oracle.has(id)) return undefined;
    const change = { title: randomUUID() };
    return { store, run: ({ conversations }) => conversations.update(id, change).then(() => []) };
  }

  /** Creates the last conversation with ann and bob, whether messages have created it or not. */
  #create(store: number): Call | undefined {
    const [id = "", user_ids] = [this.rooms[2], this.users.slice(0, 2)];
    const members = user_ids.map((user_id) => ({ user_id, conversation_id: id }));
    if (!members.every((member) => this.#take(member, actsMax))) return undefined;
    const isJoining = !this.#isCreated;
    return {
      store,
      run: async ({ conversations }) => {
        const { created } = await conversations.create({ id, user_ids });
        // If a message has created it, each creation adds the members.
        this.#isCreated ||= created;
        // The time may move meanwhile.
        const [conversation] = await conversations.get([id], 0);
        this.#oracle.create(id, Date.parse(conversation?.created_at ?? ""));
        if (!isJoining) return [];
        return members.map((member) => ({ member, acts: [{ kind: "join" }] }));
      },
    };
  }

  #isMember({ conversation_id, user_id }: Member): boolean {
    return this.#oracle.isMember(conversation_id, user_id);
  }

  #messageAt({ conversation_id }: Member, back: number): number | undefined {
    const seqs = this.#oracle.messagesOf(conversation_id);
    return seqs[seqs.length - 1 - (back % Math.max(1, seqs.length))];
  }

  #take(member: Member, count = 1): boolean {
    const taken = (this.#taken.get(keyOf(member)) ?? 0) + count;
    if (taken > actsMax) return false;
    this.#taken.set(keyOf(member), taken);
    return true;
  }
}
