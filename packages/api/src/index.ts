export type { Caller, Context } from "./context.ts";
export {
  ChatError,
  type ErrorCode,
  errorTable,
  type InputIssue,
  toChatError,
  toTrpcError,
} from "./errors.ts";
export type { Meta, RestAnswer, RestHeader, RestQuery, RestRoute } from "./rest.ts";
export {
  type AppRouter,
  appRouter,
  createCaller,
  type RouterInputs,
  type RouterOutputs,
} from "./root.ts";
export { ImportLine, importBatchMax } from "./schemas/messages.ts";
