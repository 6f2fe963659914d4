import { type FormEvent, useEffect, useState } from "react";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { checkSession, type Verdict } from "./check-session.ts";
import { readSubject, type Session } from "./session.ts";
import css from "./sign-in.module.css";

/** Asks who one is, and for a token when the server wants one. */
export function SignIn({
  verdict: first,
  onSignIn,
}: {
  verdict?: Verdict | undefined;
  onSignIn(session: Session): void;
}) {
  const [verdict, setVerdict] = useState(first);
  const [wantsToken, setWantsToken] = useState(first?.is === "token wanted");
  const [userId, setUserId] = useState("");
  const [token, setToken] = useState("");
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    // Whether there are tokens at all is known before a name is typed.
    void checkSession({ userId: "somebody" }).then((answer) => {
      if (answer.is === "token wanted") setWantsToken(true);
      else if (answer.is !== "fine") setVerdict((before) => before ?? answer);
    });
  }, []);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const session: Session = wantsToken ? { userId, token: token.trim() } : { userId };
    setBusy(true);
    const answer = await checkSession(session);
    setBusy(false);
    if (answer.is === "token wanted") setWantsToken(true);
    if (answer.is === "fine") onSignIn(session);
    else setVerdict(answer);
  }

  function takeToken(text: string): void {
    setToken(text);
    const subject = readSubject(text.trim());
    if (subject !== undefined) setUserId(subject);
  }

  const isRefusedToken = verdict?.is === "token wanted" && token !== "";
  return (
    <main className={css.page}>
      <form className={css.card} onSubmit={submit}>
        <h1>ChatNest</h1>
        <p className={css.lead}>
          {wantsToken
            ? "This server asks for a token. It is kept until you close this tab."
            : `Who are you?${verdict?.is === "refused" ? "" : " Any name will do: this server trusts you."}`}
        </p>
        {wantsToken && (
          <Field
            label="Token"
            type="password"
            value={token}
            required
            autoFocus
            error={isRefusedToken ? "The server refused this token." : undefined}
            hint="A user token, or a server key and the name to use it for"
            onChange={(event) => takeToken(event.target.value)}
          />
        )}
        <Field
          label="Name"
          value={userId}
          required
          maxLength={128}
          autoFocus={!wantsToken}
          autoCapitalize="none"
          spellCheck={false}
          placeholder="ada"
          error={verdict?.is === "refused" ? verdict.detail : undefined}
          onChange={(event) => setUserId(event.target.value)}
        />
        {verdict?.is === "unreachable" && (
          <p className={css.problem} role="alert">
            The server cannot be reached: {verdict.detail}
          </p>
        )}
        <Button look="main" type="submit" disabled={isBusy || userId.trim() === ""}>
          {isBusy ? "One moment…" : "Start chatting"}
        </Button>
        <p className={css.foot}>
          The API is documented at <a href="/docs">/docs</a>.
        </p>
      </form>
    </main>
  );
}
