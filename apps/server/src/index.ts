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
export {
  type ChatNest,
  type ChatNestOptions,
  createChatNest,
  type StoreOption,
} from "./create-chatnest.ts";
