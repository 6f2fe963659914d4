import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { conversations } from "./routers/conversations.ts";
import { live } from "./routers/live.ts";
import { log } from "./routers/log.ts";
import { messages } from "./routers/messages.ts";
import { notes } from "./routers/notes.ts";
import { reads } from "./routers/reads.ts";
import { createCallerFactory, router } from "./trpc.ts";

/** All procedures of ChatNest. */
export const appRouter = router({ messages, log, reads, conversations, notes, live });

/** The type of all procedures, for typed clients. */
export type AppRouter = typeof appRouter;
export type RouterInputs = inferRouterInputs<AppRouter>;
export type RouterOutputs = inferRouterOutputs<AppRouter>;

/** Creates a function that calls procedures in this process, in one context. */
export const createCaller = createCallerFactory(appRouter);
