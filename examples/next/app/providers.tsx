"use client";

import { createChatClient } from "@chatnest/client";
import { ChatProvider } from "@chatnest/react";
import { type ReactNode, useState } from "react";

export function Providers(props: { url: string; user_id: string; children: ReactNode }) {
  const { url, user_id, children } = props;
  const [client] = useState(() => createChatClient({ url, userId: user_id }));
  return <ChatProvider client={client}>{children}</ChatProvider>;
}
