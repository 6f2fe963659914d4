import { type ChatStore, conversationStream } from "@chatnest/db";
import { nextTurn } from "../../turn.ts";
import type { Hub } from "../hub.ts";

/** The head of a conversation's log, or a position in it. */
interface Place {
  conversation_id: string;
  last_seq: number;
  joined_seq?: number;
}

/** How many logs one call of the store covers. */
const askedMax = 1_000;
/** For how many logs the newest message is looked up at a time. */
const lookedUpMax = 16;

/**
 * Replaces the positions of entries with those of the newest messages at or before them, deleted ones left out. Logs that end with
 * a message take one read for a thousand of them, others one more each.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function toSaidPlaces<TPlace extends Place>(
  { store, hub }: { store: ChatStore; hub: Hub },
  places: readonly TPlace[],
): Promise<TPlace[]> {
  const said = [...places];
  for (let start = 0; start < said.length; start += askedMax) {
    const asked = said.slice(start, start + askedMax);
    // Gives other work a turn: the embedded store answers in the same one.
    if (start > 0) await nextTurn();
    const streams = asked.map(({ conversation_id }) => conversationStream(conversation_id));
    const heads = await store.log.heads(streams);
    const others = [...asked.entries()].filter(([index, { last_seq }]) => {
      const head = heads.get(streams[index] ?? "c:");
      // Only messages, or nothing follows the message: then it is not deleted.
      const isSaid =
        head?.count === head?.seq || (head?.said_seq === last_seq && head.seq === last_seq);
      return last_seq > 0 && !isSaid;
    });
    for (let next = 0; next < others.length; next += lookedUpMax) {
      const lookups = others.slice(next, next + lookedUpMax).map(async ([index, place]) => {
        said[start + index] = await readSaidPlace(hub, place);
      });
      await Promise.all(lookups);
    }
  }
  return said;
}

/**
 * Replaces a position with that of the newest message at or before it, deleted ones left out.
 * @throws StoreError `unavailable`, `closed`.
 */
export async function readSaidPlace<TPlace extends Place>(
  hub: Pick<Hub, "follow">,
  place: TPlace,
): Promise<TPlace> {
  const { tail, release } = hub.follow(conversationStream(place.conversation_id));
  try {
    const last_seq = await tail.readSaid(place.last_seq);
    const { joined_seq } = place;
    return {
      ...place,
      last_seq,
      ...(joined_seq !== undefined && { joined_seq: Math.min(joined_seq, last_seq) }),
    };
  } finally {
    release();
  }
}
