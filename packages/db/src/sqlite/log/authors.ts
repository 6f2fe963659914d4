import type { DatabaseSync } from "node:sqlite";
import type { Member } from "../../ports/members.ts";
import type { Members } from "../members/members.ts";
import { prepareCommand } from "../statements.ts";

/** The statement that says what authors have read. A test checks its query plan. */
export const authorSql = {
  read: `UPDATE members SET read_seq = ?, read_count = ?, own_seq = 0, own_count = 0
    WHERE user_id = ? AND conversation_id = ?`,
} as const;

/** The newest message of a user in a conversation. */
interface Said {
  seq: number;
  /** How many messages the log holds up to it. */
  count: number;
  /** When it was stored, in ms since 1970. */
  at: number;
}

/** Who says something in a conversation in one transaction. It has read everything up to there. */
export interface Author extends Member, Said {
  /** Whether it joined the conversation by that, and nobody was told yet. */
  joined: boolean;
}

/** The authors of one transaction. */
export class Authors {
  readonly #authors = new Map<string, Author>();

  has(member: Member): boolean {
    return this.#authors.has(keyOf(member));
  }

  /** Notes a message. Each one comes after those of its conversation that were noted before. */
  add(member: Member, said: Said): Author {
    const key = keyOf(member);
    const before = this.#authors.get(key);
    const { user_id, conversation_id } = member;
    if (before) return Object.assign(before, { seq: said.seq, count: said.count });
    const author = { user_id, conversation_id, ...said, joined: false };
    this.#authors.set(key, author);
    return author;
  }

  values(): Iterable<Author> {
    return this.#authors.values();
  }
}

/** Opens the function that writes the membership of each author, once for all its messages. Who is not a member joins. */
export function openAuthors(
  db: DatabaseSync,
  members: Pick<Members, "add">,
): (authors: Authors) => void {
  const read = prepareCommand(db, authorSql.read);
  return (authors) => {
    for (const author of authors.values()) {
      const { user_id, conversation_id, seq, count } = author;
      if (read.run(seq, count, user_id, conversation_id) > 0) continue;
      members.add(user_id, conversation_id, author);
      author.joined = true;
    }
  };
}

/** Ids have no control characters. */
function keyOf({ conversation_id, user_id }: Member): string {
  return `${conversation_id}\0${user_id}`;
}
