import { keep, readKept } from "../ui/kept.ts";

/** Light, dark, or what the system says. */
export type Theme = "system" | "light" | "dark";

/** Shows the theme that was chosen in this browser. */
export function showTheme(): void {
  const kept = readKept("theme");
  document.documentElement.style.colorScheme = kept === "light" || kept === "dark" ? kept : "";
}

/** Chooses a theme for this browser. */
export function chooseTheme(theme: Theme): void {
  keep("theme", theme === "system" ? "" : theme);
  showTheme();
}
