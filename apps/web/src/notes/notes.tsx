import { createMessageId, isChatError, type Message, type MessagePage } from "@chatnest/client";
import { useChat, useInbox } from "@chatnest/react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { Composer } from "../conversation/composer.tsx";
import { ConversationHead } from "../conversation/conversation-head.tsx";
import { Loading } from "../conversation/loading.tsx";
import { inboxOptions } from "../inbox/inbox-options.ts";
import { useReport } from "../shell/reports.tsx";
import { Button } from "../ui/button.tsx";
import { LinkedText } from "../ui/linked-text.tsx";
import { toBrief, toFull } from "../ui/times.ts";
import css from "./notes.module.css";

type Previous = MessagePage["prev"];

interface Unsaved {
  id: string;
  content: string;
  /** Why it was not saved; absent while it is being saved. */
  problem?: string;
}

/** What one has written to oneself. */
export function Notes({ userId }: { userId: string }) {
  const client = useChat();
  const report = useReport();
  const { state } = useInbox(inboxOptions);
  const [notes, setNotes] = useState<readonly Message[]>();
  const [unsaved, setUnsaved] = useState<readonly Unsaved[]>([]);
  const [previous, setPrevious] = useState<Previous>(null);
  const end = useRef<HTMLDivElement>(null);
  const newestId = notes?.at(-1)?.id;

  const isLive = state.status === "live";
  useEffect(() => {
    // Again after each time that the server was away: other windows may have written some.
    if (!isLive) return;
    let isCurrent = true;
    client.notes.page({ limit: 50 }).then(({ messages, prev }) => {
      if (!isCurrent) return;
      setNotes(messages);
      setPrevious(() => prev);
    }, report);
    return () => {
      isCurrent = false;
    };
  }, [client, report, isLive]);

  useLayoutEffect(() => {
    // It returns a promise in newer browsers, which React would take for a cleanup.
    void end.current?.scrollIntoView({ block: "end" });
  }, [newestId, unsaved.length]);

  async function loadOlder(): Promise<void> {
    try {
      const page = await previous?.();
      if (!page) return;
      setNotes((shown = []) => [...page.messages, ...shown]);
      setPrevious(() => page.prev);
    } catch (error) {
      report(error);
    }
  }

  async function save(note: Unsaved): Promise<void> {
    const { id, content } = note;
    const others = (all: readonly Unsaved[]) => all.filter((other) => other.id !== id);
    setUnsaved((all) => [...others(all), { id, content }]);
    try {
      const { message } = await client.notes.send({ id, content });
      setUnsaved(others);
      setNotes((shown = []) => [...shown, message]);
    } catch (error) {
      if (!isChatError(error)) throw error;
      setUnsaved((all) => [...others(all), { id, content, problem: error.message }]);
    }
  }

  return (
    <section className={css.notes} aria-label="Notes">
      <ConversationHead id="notes" name="Notes" state={state} />
      {notes === undefined ? (
        <Loading state={state} />
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
        <section className={css.scroller} tabIndex={0} aria-label="All notes">
          {previous && <Button onClick={() => void loadOlder()}>Show older notes</Button>}
          {notes.length === 0 && (
            <p className={css.empty}>What you write here is kept for you alone.</p>
          )}
          <ol>
            {notes.map(({ id, content, timestamp }) => (
              <li key={id} className={css.note}>
                <p dir="auto">
                  <LinkedText text={content} />
                </p>
                <time dateTime={timestamp} title={toFull(timestamp)}>
                  {toBrief(timestamp)}
                </time>
              </li>
            ))}
            {unsaved.map((note) => (
              <li key={note.id} className={css.note}>
                <p dir="auto">{note.content}</p>
                {note.problem === undefined ? (
                  <small>Saving</small>
                ) : (
                  <p role="alert">
                    Not saved: {note.problem}{" "}
                    <Button onClick={() => void save(note)}>Try again</Button>
                  </p>
                )}
              </li>
            ))}
          </ol>
          <div ref={end} />
        </section>
      )}
      <Composer
        conversationId=" notes"
        userId={userId}
        label="Write a note"
        onSubmit={(content) => void save({ id: createMessageId(), content })}
      />
    </section>
  );
}
