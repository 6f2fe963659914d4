import { type Conversation, isChatError } from "@chatnest/client";
import { useChat } from "@chatnest/react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useReport } from "../shell/reports.tsx";
import { navigate } from "../shell/route.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Button, IconButton } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import css from "./members.module.css";

/** Who is in a conversation; it adds others, and leaves. */
export function Members({
  conversation,
  userId,
  refresh,
  onClose,
}: {
  conversation: Conversation | undefined;
  userId: string;
  refresh(): Promise<void>;
  onClose(): void;
}) {
  const client = useChat();
  const report = useReport();
  const [added, setAdded] = useState("");
  const [error, setError] = useState<string>();
  const heading = useRef<HTMLHeadingElement>(null);
  // Who comes and goes is not told.
  useEffect(() => void refresh(), [refresh]);
  useEffect(() => {
    const focused = document.activeElement;
    heading.current?.focus();
    return () => {
      if (focused instanceof HTMLElement && focused.isConnected) focused.focus();
    };
  }, []);

  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!conversation) return;
    try {
      await client.conversations.addMember({ conversation_id: conversation.id, user_id: added });
      setAdded("");
      setError(undefined);
      await refresh();
    } catch (failure) {
      if (!isChatError(failure)) throw failure;
      setError(failure.message);
    }
  }

  async function leave(): Promise<void> {
    if (!conversation) return;
    try {
      const { id: conversation_id } = conversation;
      await client.conversations.removeMember({ conversation_id, user_id: userId });
      navigate({ view: "inbox" });
    } catch (failure) {
      report(failure);
    }
  }

  const { user_ids = [], member_count = 0 } = conversation ?? {};
  return (
    <aside
      className={css.members}
      aria-labelledby="members"
      onKeyDown={(event) => event.key === "Escape" && onClose()}
    >
      <header className={css.head}>
        <h2 id="members" ref={heading} tabIndex={-1}>
          Members <small>{member_count.toLocaleString()}</small>
        </h2>
        <IconButton icon="close" label="Close the members" onClick={onClose} />
      </header>
      <form className={css.add} onSubmit={(event) => void add(event)}>
        <Field
          label="Add somebody"
          value={added}
          required
          maxLength={128}
          autoCapitalize="none"
          spellCheck={false}
          error={error}
          onChange={(event) => setAdded(event.target.value)}
        />
        <Button type="submit" disabled={added.trim() === "" || !conversation}>
          Add
        </Button>
      </form>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls is reached by the keyboard */}
      <ul className={css.list} tabIndex={0} aria-label="Members">
        {user_ids.map((id) => (
          <li key={id}>
            <Avatar id={id} isSmall />
            <bdi>{id}</bdi>
            {id === userId && <small>you</small>}
          </li>
        ))}
        {member_count > user_ids.length && (
          <li>and {(member_count - user_ids.length).toLocaleString()} more</li>
        )}
      </ul>
      {user_ids.includes(userId) && (
        <Button className={css.leave} onClick={() => void leave()}>
          Leave the conversation
        </Button>
      )}
    </aside>
  );
}
