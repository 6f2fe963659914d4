import { type Conversation, isChatError } from "@chatnest/client";
import { useChat } from "@chatnest/react";
import { useCallback, useEffect, useState } from "react";

/** What is known of a conversation apart from its messages. */
export interface Details {
  /** `undefined` until it is read, `null` when there is no such conversation. */
  conversation: Conversation | null | undefined;
  /** Reads it again. */
  refresh(): Promise<void>;
}

/** Reads the title and the members of a conversation, again each time that `sign` changes. */
export function useDetails(id: string, sign: unknown): Details {
  const client = useChat();
  const [conversation, setConversation] = useState<Conversation | null>();
  const refresh = useCallback(async () => {
    try {
      setConversation(await client.conversations.get({ conversation_id: id, messages: 0 }));
    } catch (error) {
      if (!isChatError(error)) throw error;
      // What else goes wrong, the connection shows; what was known stays.
      if (error.code === "not_found") setConversation(null);
    }
  }, [client, id]);
  useEffect(() => void refresh(), [refresh, sign]);
  return { conversation, refresh };
}
