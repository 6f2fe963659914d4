export type {
  BeforeSend,
  Hooks,
  Identity,
  ProcedureName,
  Restriction,
  Restrictions,
  SendDecision,
  UnsentMessage,
} from "@chatnest/api";
export {
  type ChatStore,
  type Message,
  type MessageEntry,
  openMongoStore,
  openSqliteStore,
} from "@chatnest/db";
export type { CredentialSettings } from "./auth/credentials.ts";
export type { Identified, IdentifiedUser, Identify } from "./auth/identify.ts";
export type { Trust } from "./auth/trust.ts";
export { type ChatNest, createChatNest } from "./create-chatnest.ts";
export type { ChatNestOptions, StoreOption } from "./settings/mount-options.ts";
