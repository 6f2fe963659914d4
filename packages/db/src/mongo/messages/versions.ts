import { toVersion, VersionPage } from "../../changes/versions.ts";
import { readTimeoutMs } from "../../deadlines.ts";
import type { Version } from "../../entities.ts";
import type { Stream } from "../../stream.ts";
import type { Connection } from "../connection/connection.ts";
import { aspectKey, isMessage, toEntry, toSent } from "../entry-documents.ts";
import { between } from "../log/pages.ts";

/** Reads the newest texts of a message, oldest first; none when it is deleted or there is none. */
export async function readVersions(
  { client, messages }: Pick<Connection, "client" | "messages">,
  stream: Stream,
  seq: number,
): Promise<Version[]> {
  await using session = client.startSession({ causalConsistency: true });
  const options = { session, maxTimeMS: readTimeoutMs };
  const document = await messages.findOne({ stream, seq }, options);
  if (!document || !isMessage(document) || document.deleted_seq !== undefined) return [];
  const sent = toSent(document);
  if (!document.changed?.includes("text")) return [toVersion(sent)];
  const page = new VersionPage(sent);
  for (let part = page.next; part; part = page.next) {
    const changes = await messages
      .find({ aspect: aspectKey(stream, seq, "text"), ...between(part) }, options)
      .sort({ seq: -1 })
      .limit(part.limit)
      // The whole part in one reply.
      .batchSize(part.limit + 1)
      .toArray();
    // A deletion may not have erased the texts yet. It is the last change.
    if (changes[0]?.kind === "deletion") return [];
    page.add(changes.reverse().map(toEntry));
  }
  return page.versions;
}
