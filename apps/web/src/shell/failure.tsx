import { Component, type ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import css from "./welcome.module.css";

/** Shows what is left to do when the page itself fails: what is not sent is kept, so it can be loaded again. */
export class Failure extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <main className={css.failure} role="alert">
        <h1>Something went wrong</h1>
        <p>Nothing is lost: what was not sent yet is kept.</p>
        <Button look="main" onClick={() => location.reload()}>
          Load the page again
        </Button>
      </main>
    );
  }
}
