// A program with a tRPC client of its own, compiled and run outside the workspace.
import type { AppRouter } from "@chatnest/client/trpc";
import {
  createTRPCClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
} from "@trpc/client";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { EventSource } from "eventsource";

type Is<TLeft, TRight> =
  (<T>() => T extends TLeft ? 1 : 2) extends <T>() => T extends TRight ? 1 : 2 ? true : false;
type Check<TChecks extends Record<string, true>> = TChecks;
type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;

/** Holds what must be so. @public */
export type Checks = Check<{
  isNotAny: Is<0 extends 1 & AppRouter ? true : false, false>;
  member: Is<
    { [TKey in keyof Inputs["conversations"]["addMember"]]: string },
    { conversation_id: string; user_id: string }
  >;
  seq: Is<Outputs["messages"]["get"]["seq"], number>;
  created: Is<Outputs["messages"]["send"]["created"], boolean>;
}>;

/** Sends a message, reads it back and receives it live. */
export async function talk(url: string) {
  const trpc = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: httpSubscriptionLink({ url, EventSource }),
        false: httpBatchLink({ url }),
      }),
    ],
  });
  const conversation_id = "own";
  const received = new Promise<string>((resolve, reject) => {
    const subscription = trpc.live.conversation.subscribe(
      { conversation_id, after: "0" },
      {
        onError: reject,
        onData({ id, data }) {
          if (data.type !== "message") return;
          subscription.unsubscribe();
          resolve(`${id.split("-").at(-1)} ${data.message.content}`);
        },
      },
    );
  });
  const input = { conversation_id, user_id: "ada", content: "Hello" };
  const { message } = await trpc.messages.send.mutate(input);
  const { messages } = await trpc.messages.page.query({ conversation_id });
  const refused = await trpc.messages.send.mutate({ ...input, content: "" }).catch(explain);
  return { sent: message.seq, read: messages.length, received: await received, refused };
}

function explain(error: unknown): string | undefined {
  if (!(error instanceof TRPCClientError)) throw error;
  const { data } = error as TRPCClientError<AppRouter>;
  return data?.code;
}

/** Holds what must not compile; it is never called. @public */
export async function mistakes(trpc: ReturnType<typeof createTRPCClient<AppRouter>>) {
  // @ts-expect-error nobody sends it
  await trpc.messages.send.mutate({ conversation_id: "tea", content: "Hello" });
  // @ts-expect-error it is a mutation
  await trpc.messages.send.query({ user_id: "ada", content: "Hello" });
  // @ts-expect-error there is no such procedure
  await trpc.messages.delete.mutate({});
}
