import { keep, readKept } from "../ui/kept.ts";

/** Who uses the page in this tab. */
export interface Session {
  userId: string;
  /** Sent with every request; only for servers that ask for one. */
  token?: string | undefined;
}

/**
 * Returns who uses this tab: who the address names (`?as=ada`), else who signed in here, else who signed in last in this
 * browser. So two windows may show two people.
 */
export function readSession(): Session | undefined {
  const address = new URL(location.href);
  const named = address.searchParams.get("as");
  if (named) {
    address.searchParams.delete("as");
    history.replaceState(null, "", address);
    return keepSession({ userId: named });
  }
  const userId = readKept("user", "tab") ?? readKept("user");
  return userId === undefined ? undefined : { userId, token: readKept("token", "tab") };
}

/** Keeps who uses this tab. A token is forgotten with the tab. */
export function keepSession(session: Session): Session {
  const { userId, token = "" } = session;
  keep("user", userId, "tab");
  keep("user", userId);
  keep("token", token, "tab");
  return session;
}

/** Forgets who uses this tab. */
export function endSession(): void {
  keep("user", "", "tab");
  keep("user", "");
  keep("token", "", "tab");
}

/** Returns the user of a JWT, without verifying it: that is up to the server. */
export function readSubject(token: string): string | undefined {
  try {
    const payload = token.split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (one) =>
      one.charCodeAt(0),
    );
    const { sub } = JSON.parse(new TextDecoder().decode(bytes));
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}
