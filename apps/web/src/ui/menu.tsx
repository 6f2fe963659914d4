import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { IconButton } from "./button.tsx";
import type { Icon } from "./icon.tsx";
import css from "./menu.module.css";

/** An entry of a menu. */
export interface MenuItem {
  label: string;
  run(): void;
}

/** A button that opens a menu: arrow keys move in it, Escape and a click elsewhere close it. */
export function Menu({
  icon = "more",
  label,
  items,
  isSmall = false,
  className,
  header,
}: {
  icon?: Parameters<typeof Icon>[0]["name"];
  label: string;
  items: readonly MenuItem[];
  isSmall?: boolean;
  className?: string | undefined;
  header?: ReactNode;
}) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    const menu = list.current;
    if (!isOpen || !menu || !button.current) return;
    menu.showPopover();
    place(menu, button.current.getBoundingClientRect());
    menu.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const onToggle = (event: ToggleEvent) => event.newState === "closed" && setOpen(false);
    menu.addEventListener("toggle", onToggle);
    return () => menu.removeEventListener("toggle", onToggle);
  }, [isOpen]);

  function close(): void {
    list.current?.hidePopover();
    setOpen(false);
    button.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLElement>): void {
    // The next one is after the button, and not in an open menu.
    if (event.key === "Tab") close();
    else moveInMenu(event);
  }

  return (
    <>
      <IconButton
        ref={button}
        icon={icon}
        label={label}
        isSmall={isSmall}
        className={className}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      />
      {isOpen && (
        <div ref={list} id={id} popover="auto" className={css.menu}>
          {header}
          <div role="menu" aria-label={label} tabIndex={-1} onKeyDown={onKeyDown}>
            {items.map(({ label: name, run }) => (
              <button
                key={name}
                type="button"
                role="menuitem"
                tabIndex={-1}
                className={css.item}
                onClick={() => {
                  close();
                  run();
                }}
              >
                {name}
              </button>
            ))}
          </div>
        </div>
      )}
    </>
  );
}

// Below the button, within the window.
function place(menu: HTMLElement, { left, right, top, bottom }: DOMRect): void {
  const { width, height } = menu.getBoundingClientRect();
  const start = left + width > innerWidth - 8 ? right - width : left;
  const isAbove = bottom + height > innerHeight - 8;
  menu.style.left = `${Math.max(8, start)}px`;
  menu.style.top = `${Math.max(8, isAbove ? top - height - 4 : bottom + 4)}px`;
}

function moveInMenu(event: KeyboardEvent<HTMLElement>): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length)?.focus();
}
