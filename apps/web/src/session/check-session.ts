import { createChatClient, isChatError } from "@chatnest/client";
import type { Session } from "./session.ts";

/** What the server says to a session. */
export type Verdict =
  | { is: "fine" }
  | { is: "token wanted" | "refused" | "unreachable"; detail: string };

/** Asks the server for something of the user's own, to learn whether it lets the session in. */
export async function checkSession({ userId, token }: Session): Promise<Verdict> {
  try {
    const client = createChatClient({ url: "", userId, token, timeoutMs: 8_000, retry: false });
    await client.reads.totals({});
    return { is: "fine" };
  } catch (error) {
    if (!isChatError(error)) throw error;
    const { code, message: detail } = error;
    if (code === "unauthorized") return { is: "token wanted", detail };
    const isRefused = ["forbidden", "validation_failed", "bad_request"].includes(code);
    return { is: isRefused ? "refused" : "unreachable", detail };
  }
}
