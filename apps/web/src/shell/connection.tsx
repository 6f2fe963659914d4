import type { LiveState } from "@chatnest/client";
import { classNames } from "../ui/class-names.ts";
import css from "./connection.module.css";

/** Says how current what is shown is. `missing` is how many messages are still to come, where that is known. */
export function Connection({ state, missing = 0 }: { state: LiveState; missing?: number }) {
  return (
    <span
      className={classNames(css.connection, css[state.status])}
      role="status"
      title={explain(state)}
    >
      {describe(state, missing)}
    </span>
  );
}

function describe({ status }: LiveState, missing: number): string {
  switch (status) {
    case "catching_up":
      if (missing === 0) return "catching up";
      return `catching up ${missing.toLocaleString()} ${missing === 1 ? "message" : "messages"}`;
    case "closed":
      return "refused";
    default:
      return status;
  }
}

function explain(state: LiveState): string {
  switch (state.status) {
    case "live":
      return "What you see is current.";
    case "offline":
      return `The server cannot be reached (${state.error.message}). The page keeps trying.`;
    case "closed":
      return state.error?.message ?? "The connection has ended.";
    case "catching_up":
      return "Reading what happened while the connection was lost.";
    default:
      return "Connecting to the server.";
  }
}
