import type { LiveState } from "@chatnest/client";
import { IconButton } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import { Connection } from "./connection.tsx";
import { navigate } from "./route.ts";
import css from "./side-head.module.css";
import { chooseTheme } from "./theme.ts";

/** The head of the inbox: who one is, how current it is, and what else there is. */
export function SideHead({
  userId,
  state,
  isArchive,
  onStart,
  onArchive,
  onShortcuts,
  onSecondWindow,
  onLeave,
}: {
  userId: string;
  state: LiveState;
  isArchive: boolean;
  onStart(): void;
  onArchive(): void;
  onShortcuts(): void;
  onSecondWindow(): void;
  onLeave(): void;
}) {
  const items = [
    { label: "Notes", run: () => navigate({ view: "notes" }) },
    { label: isArchive ? "Show the inbox" : "Show the archive", run: onArchive },
    { label: "Keyboard shortcuts", run: onShortcuts },
    { label: "Theme of the system", run: () => chooseTheme("system") },
    { label: "Light theme", run: () => chooseTheme("light") },
    { label: "Dark theme", run: () => chooseTheme("dark") },
    { label: "Open a window as someone else", run: onSecondWindow },
    { label: "Sign out", run: onLeave },
  ];
  return (
    <header className={css.head}>
      <div className={css.words}>
        <h2>{isArchive ? "Archive" : "ChatNest"}</h2>
        <p>
          <bdi className={css.who}>{userId}</bdi>
          <Connection state={state} />
        </p>
      </div>
      <IconButton icon="plus" label="Start a conversation" onClick={onStart} />
      <Menu label="Menu" items={items} />
    </header>
  );
}
