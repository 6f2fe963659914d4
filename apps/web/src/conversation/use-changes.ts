import type { ListedMessage } from "@chatnest/client";
import { type ConversationView, useChat } from "@chatnest/react";
import { useMemo, useRef } from "react";
import { useReport } from "../shell/reports.tsx";

/** What one changes of messages. The functions stay the same. */
export interface Changes {
  edit(message: ListedMessage, content: string): void;
  remove(message: ListedMessage): void;
  react(message: ListedMessage, key: string): void;
  unreact(message: ListedMessage, key: string): void;
}

/**
 * Changes messages through their list, which shows it at once. What was sent just now, or while the list is not connected,
 * is not in the list yet: that is changed at the server, and shown when it comes back from there.
 */
export function useChanges(conversation_id: string, view: ConversationView): Changes {
  const { messages } = useChat();
  const report = useReport();
  const latest = useRef(view);
  latest.current = view;
  return useMemo(() => {
    function change(
      { seq }: ListedMessage,
      done: string | undefined,
      call: (target: { conversation_id: string; seq: number }) => Promise<unknown>,
    ): void {
      if (done === undefined && seq !== null) call({ conversation_id, seq }).catch(report);
    }
    return {
      edit: (message, content) =>
        change(message, latest.current.edit(message.id, { content }), (target) =>
          messages.edit({ ...target, content }),
        ),
      remove: (message) =>
        change(message, latest.current.remove(message.id), (target) => messages.delete(target)),
      react: (message, key) =>
        change(message, latest.current.react(message.id, key), (target) =>
          messages.react({ ...target, key }),
        ),
      unreact: (message, key) =>
        change(message, latest.current.unreact(message.id, key), (target) =>
          messages.unreact({ ...target, key }),
        ),
    };
  }, [conversation_id, messages, report]);
}
