import type { InboxOptions } from "@chatnest/client";

/** The inbox as all parts of the page read it, so that they share one connection. */
export const inboxOptions = { archived: false, limit: 50 } satisfies InboxOptions;

/** What is archived, read only while it is shown. */
export const archiveOptions = { archived: true, limit: 50 } satisfies InboxOptions;
