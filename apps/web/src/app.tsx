import { type ChatError, createChatClient } from "@chatnest/client";
import { createOutbox, type Outbox } from "@chatnest/client/outbox";
import { ChatProvider } from "@chatnest/react";
import { useEffect, useState } from "react";
import type { Verdict } from "./session/check-session.ts";
import { endSession, keepSession, readSession, type Session } from "./session/session.ts";
import { SignIn } from "./session/sign-in.tsx";
import { fetchInTurn } from "./session/streams.ts";
import { Shell } from "./shell/shell.tsx";
import { Announcer } from "./ui/announcer.tsx";

/** The page: it asks who one is, then shows the chat. */
export function App() {
  const [session, setSession] = useState(readSession);
  const [verdict, setVerdict] = useState<Verdict>();

  function leave(reason?: Verdict): void {
    endSession();
    setVerdict(reason);
    setSession(undefined);
  }

  if (!session) {
    return <SignIn verdict={verdict} onSignIn={(next) => setSession(keepSession(next))} />;
  }
  return (
    <Chat
      key={`${session.userId} ${session.token ?? ""}`}
      session={session}
      onLeave={() => leave()}
      onRefused={({ message: detail, code }) =>
        leave({ is: code === "unauthorized" ? "token wanted" : "refused", detail })
      }
    />
  );
}

function Chat({
  session: { userId, token },
  onLeave,
  onRefused,
}: {
  session: Session;
  onLeave(): void;
  onRefused(error: ChatError): void;
}) {
  const [client] = useState(() => createChatClient({ url: "", userId, token, fetch: fetchInTurn }));
  const [outbox, setOutbox] = useState<Outbox>();
  useEffect(() => {
    const opened = createOutbox({ client, user_id: userId });
    setOutbox(opened);
    return () => opened.close();
  }, [client, userId]);
  if (!outbox) return null;
  return (
    <ChatProvider client={client} outbox={outbox}>
      <Shell userId={userId} onLeave={onLeave} onRefused={onRefused} />
      <Announcer />
    </ChatProvider>
  );
}
