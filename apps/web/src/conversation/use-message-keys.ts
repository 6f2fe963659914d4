import type { ListedMessage } from "@chatnest/client";
import { type FocusEvent, type KeyboardEvent, useEffect, useRef } from "react";
import { isStored, type MessageActions } from "./actions.ts";

/** What the keys work on. */
export interface MessageKeysOptions {
  messages: readonly ListedMessage[];
  focusedId: string | undefined;
  setFocusedId(id: string | undefined): void;
  actions: MessageActions;
  scrollTo(index: number): void;
  /** Resolves with whether the first message is there. */
  toStart(): Promise<boolean>;
  toEnd(): void;
}

/** Moves between messages with the arrow keys, and acts on the one in focus with single letters. */
export function useMessageKeys(options: MessageKeysOptions) {
  const { messages, focusedId, setFocusedId, actions, scrollTo, toStart, toEnd } = options;
  const wanted = useRef<string>(undefined);
  const latest = useRef(messages);
  latest.current = messages;

  useEffect(() => {
    // A message that was out of sight comes into the page one or two drawings later.
    if (wanted.current === undefined) return;
    const element = document.getElementById(`m-${wanted.current}`);
    if (!element) return;
    wanted.current = undefined;
    element.focus({ preventScroll: true });
  });

  const place = useRef(0);
  useEffect(() => {
    if (focusedId === undefined) return;
    const at = messages.findIndex(({ id }) => id === focusedId);
    if (at !== -1) place.current = at;
    else if (document.activeElement !== document.body) setFocusedId(undefined);
    // It was deleted, and the focus with it: the one after it takes its place.
    else focusOn(messages[Math.min(place.current, messages.length - 1)]);
  }, [messages, focusedId]);

  function focusOn(message: ListedMessage | undefined): void {
    wanted.current = message?.id;
    setFocusedId(message?.id);
  }

  function moveTo(index: number): void {
    const at = Math.max(0, Math.min(index, messages.length - 1));
    if (!messages[at]) return;
    focusOn(messages[at]);
    scrollTo(at);
  }

  async function moveToStart(): Promise<void> {
    const focused = document.activeElement;
    const isThere = await toStart();
    // Reading so far may take long, and one may do something else meanwhile.
    if (isThere && document.activeElement === focused) focusOn(latest.current[0]);
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    const { target, key, altKey, ctrlKey, metaKey } = event;
    if (!(target instanceof HTMLElement) || altKey || ctrlKey || metaKey) return;
    const run = toMove(key) ?? (target.matches("article") ? toAction(key) : undefined);
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  }

  function toMove(key: string): (() => void) | undefined {
    const at = messages.findIndex(({ id }) => id === focusedId);
    switch (key) {
      case "ArrowUp":
        return () => moveTo(at - 1);
      case "ArrowDown":
        return () => moveTo(at + 1);
      case "Home":
        return () => void moveToStart();
      case "End":
        return () => {
          toEnd();
          moveTo(messages.length - 1);
        };
      default:
        return undefined;
    }
  }

  function toAction(key: string): (() => void) | undefined {
    const message = messages.find(({ id }) => id === focusedId);
    if (!message || !isStored(message)) return undefined;
    const acts = { r: "reply", e: "edit", "+": "choose", Delete: "remove" } as const;
    const act = acts[key as keyof typeof acts];
    return act && (() => actions[act](message));
  }

  function onFocus({ target }: FocusEvent<HTMLElement>): void {
    setFocusedId(target.closest<HTMLElement>("[data-id]")?.dataset["id"]);
  }

  return { onKeyDown, onFocus, focusOn };
}
