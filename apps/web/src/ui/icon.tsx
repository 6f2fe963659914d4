const paths = {
  back: "M15 5l-7 7 7 7",
  plus: "M12 5v14M5 12h14",
  send: "M4 12l16-8-6 16-2.5-6.5z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  close: "M6 6l12 12M18 6L6 18",
  reply: "M10 8L5 13l5 5M5 13h9a5 5 0 015 5v1",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  smile: "M12 21a9 9 0 100-18 9 9 0 000 18M9 10h.01M15 10h.01M8.5 14.5a4.5 4.5 0 007 0",
  pin: "M9 4h6l-1 7 3 3H7l3-3zM12 14v6",
  mute: "M6 16h12l-2-3V9a4 4 0 00-7-2.5M8 9v4l-2 3M10 19a2 2 0 004 0M4 4l16 16",
  archive: "M4 5h16v4H4zM6 9v10h12V9M10 13h4",
  down: "M6 9l6 6 6-6",
  up: "M6 15l6-6 6 6",
  people:
    "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7M3 20a6 6 0 0112 0M16 4.5a3.5 3.5 0 010 6.5M17.5 14.5A6 6 0 0121 20",
  note: "M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h5",
  search: "M11 18a7 7 0 100-14 7 7 0 000 14M16 16l4 4",
  clock: "M12 21a9 9 0 100-18 9 9 0 000 18M12 7v5l3 2",
  check: "M5 12.5l4.5 4.5L19 7.5",
  alert: "M12 4l9 16H3zM12 10v4M12 17h.01",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
} as const;

/** A drawing that says nothing to a screen reader: what it stands for is written beside it or in a label. */
export function Icon({ name, size = 20 }: { name: keyof typeof paths; size?: number }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" ? 3 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
