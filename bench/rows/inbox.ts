import { alternate } from "../alternate.ts";
import { inboxUsers } from "../fill/chat.ts";
import type { Kit } from "../kit.ts";
import { type Load, measureLoad, reading } from "../load/load.ts";
import { startFilledFastApi } from "../peers/fastapi.ts";
import { startFilled } from "../processes/filled.ts";
import type { Measured, Row } from "../row.ts";

const title = "inbox of 20 with 5 messages each, three-member MongoDB";
const unit = "/s";

export const inboxRows: readonly Row[] = [
  {
    name: "inbox",
    title: `${title}, user in 20`,
    unit,
    peer: "FastAPI",
    bar: { ratio: { least: 10 } },
    measure: besideFastApi,
  },
  {
    name: "inbox-wide",
    title: `${title}, user in 5,000, 8 at once`,
    unit,
    peer: "user in 20",
    bar: { ratio: { least: 0.5 }, cpuRatio: { most: 2 } },
    measure: (kit) => wideBesideFew(kit),
  },
];

/** Makes the load of few readers of an inbox, since each may take long. */
export async function readingInbox(kit: Kit, userId: string): Promise<Load> {
  return { ...(await reading(kit, [inboxPath(userId)])), connections: 8 };
}

/** The path of a page of an inbox. */
export function inboxPath(userId: string): string {
  return `/conversations/${userId}?limit=20&messages=5`;
}

async function besideFastApi(kit: Kit): Promise<Measured> {
  const former = await kit.get(startFilledFastApi);
  await using server = await startFilled(kit, "mongo");
  const asked = await reading(kit, [inboxPath(inboxUsers.few)]);
  return await alternate({
    ours: () => measureLoad(kit, server, asked),
    peer: () => measureLoad(kit, former, asked),
  });
}

async function wideBesideFew(kit: Kit): Promise<Measured> {
  await using server = await startFilled(kit, "mongo");
  const wide = await readingInbox(kit, inboxUsers.many);
  const few = await readingInbox(kit, inboxUsers.few);
  return await alternate({
    ours: () => measureLoad(kit, server, wide),
    peer: () => measureLoad(kit, server, few),
  });
}
