export type { Message } from "@chatnest/db";
export { boundAnswer } from "./answer-time.ts";
export { type Caller, clockToleranceMs, trustedCaller } from "./caller.ts";
export { type Context, type ContextParts, createContext } from "./context.ts";
export {
  ChatError,
  type ErrorCode,
  errorTable,
  type InputIssue,
  refuseInput,
  toChatError,
  toTrpcError,
} from "./errors.ts";
export type {
  BeforeSend,
  HookName,
  Hooks,
  Identity,
  SendDecision,
  UnsentMessage,
} from "./hooks/hooks.ts";
export { callInTime } from "./hooks/in-time.ts";
export { createHooks, type RunningHooks } from "./hooks/running-hooks.ts";
export {
  type CheckMessage,
  checkChannel,
  type DeliveryMessage,
  deliveryChannel,
  type FollowerMessage,
  followerChannel,
  type RingMissMessage,
  ringMissChannel,
} from "./live/diagnostics.ts";
export type { ConversationNews } from "./live/follow-conversation.ts";
export { Following, type LiveEvent } from "./live/following.ts";
export { createLive, type Live } from "./live/index.ts";
export type { UserNews } from "./live/user/follow-user.ts";
export type { Meta, RestAnswer, RestHeader, RestQuery, RestRoute } from "./rest.ts";
export { type Restriction, type Restrictions, readRestrictions } from "./restrictions.ts";
export {
  type AppRouter,
  appRouter,
  createCaller,
  type RouterInputs,
  type RouterOutputs,
} from "./root.ts";
export type { ProcedureName } from "./rules.ts";
export { ImportLine, importBatchMax } from "./schemas/import.ts";
export type { ConversationEvent, UserEvent } from "./schemas/live.ts";
export { type StoreFailureMessage, storeFailureChannel } from "./store-failures.ts";
