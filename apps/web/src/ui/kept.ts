// A browser may refuse its storage altogether: then nothing is kept, and the page works.
function attempt<TValue>(run: () => TValue): TValue | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}

/** Reads what the browser, or only this tab, keeps under a name. */
export function readKept(name: string, where: "browser" | "tab" = "browser"): string | undefined {
  return attempt(() => storage(where).getItem(`chatnest.${name}`)) ?? undefined;
}

/** Keeps a text under a name; an empty one is forgotten. */
export function keep(name: string, text: string, where: "browser" | "tab" = "browser"): void {
  const key = `chatnest.${name}`;
  attempt(() => (text === "" ? storage(where).removeItem(key) : storage(where).setItem(key, text)));
}

function storage(where: "browser" | "tab"): Storage {
  return where === "tab" ? sessionStorage : localStorage;
}
