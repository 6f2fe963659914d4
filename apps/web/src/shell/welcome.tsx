import { Button } from "../ui/button.tsx";
import css from "./welcome.module.css";

/** What stands beside the inbox while nothing is open. */
export function Welcome({ userId, onStart }: { userId: string; onStart(): void }) {
  return (
    <div className={css.welcome}>
      <h2>
        Hello, <bdi>{userId}</bdi>
      </h2>
      <p>Choose a conversation, or start one. What you send is kept, in order, once.</p>
      <Button look="main" onClick={onStart}>
        Start a conversation
      </Button>
      <p className={css.hint}>
        Press <kbd>?</kbd> for the keyboard shortcuts.
      </p>
    </div>
  );
}
