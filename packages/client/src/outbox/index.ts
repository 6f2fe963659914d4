export { createOutbox, type OutboxOptions } from "./create-outbox.ts";
export type { Outbox, OutboxItem, OutboxSnapshot, SendToOutboxInput } from "./outbox.ts";
