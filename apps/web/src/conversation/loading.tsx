import type { LiveState } from "@chatnest/client";
import { useChat } from "@chatnest/react";
import { useEffect, useState } from "react";
import { useReport } from "../shell/reports.tsx";
import { Button } from "../ui/button.tsx";
import css from "./loading.module.css";

const widths = [40, 64, 52, 78, 34, 60, 46];

/** So long is nothing out of the ordinary, in ms. */
const usualMs = 5_000;

/** What stands where the messages will be. */
export function Loading({ state }: { state: LiveState }) {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), usualMs);
    return () => clearTimeout(timer);
  }, []);
  if (state.status === "closed") {
    return <p className={css.notice}>{state.error?.message ?? "The conversation is closed."}</p>;
  }
  if (state.status === "offline") {
    return <p className={css.notice}>The server cannot be reached. The page keeps trying.</p>;
  }
  if (isLong) {
    return (
      <p className={css.notice} role="status">
        Still waiting for the server. If many windows of this page are open, close one.
      </p>
    );
  }
  return (
    <div className={css.ghosts} aria-hidden="true">
      {widths.map((width) => (
        <div key={width} className={css.ghost}>
          <span />
          <div>
            <i />
            <i style={{ width: `${width}%` }} />
          </div>
        </div>
      ))}
    </div>
  );
}

/** Says that what is shown goes on no longer, since the server refuses it. */
export function ClosedBar({
  reason = "the conversation is closed",
  onReopen,
}: {
  reason: string | undefined;
  onReopen(): void;
}) {
  return (
    <div className={css.join}>
      <p>You no longer see what happens here: {reason}.</p>
      <Button onClick={onReopen}>Try again</Button>
    </div>
  );
}

/** Says that one is no member yet, and joins. */
export function JoinBar({
  id,
  userId,
  onJoined,
}: {
  id: string;
  userId: string;
  onJoined(): Promise<void>;
}) {
  const client = useChat();
  const report = useReport();
  const join = () =>
    client.conversations
      .addMember({ conversation_id: id, user_id: userId })
      .then(onJoined)
      .catch(report);
  return (
    <div className={css.join}>
      <p>You are not a member. Join to have it in your inbox.</p>
      <Button onClick={() => void join()}>Join</Button>
    </div>
  );
}
