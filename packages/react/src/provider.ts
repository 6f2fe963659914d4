import type { ChatClient, KnownUser } from "@chatnest/client";
import type { Outbox } from "@chatnest/client/outbox";
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useMemo,
} from "react";
import { type ClientLists, listsOf } from "./client-lists.ts";

/** What a provider gives to the hooks below it. */
export interface ChatProviderProps {
  /** Create it outside of components, or keep it in a state: another client means other connections. */
  client: ChatClient<KnownUser>;
  /** Keeps what is sent until it is stored. @default messages are kept in memory */
  outbox?: Outbox | undefined;
  children?: ReactNode;
}

/** What the hooks work with. */
interface Provided {
  client: ChatClient<KnownUser>;
  lists: ClientLists;
  outbox: Outbox | undefined;
}

const Context = createContext<Provided | undefined>(undefined);

/**
 * Gives a client to the hooks of the components inside it. Components that show the same conversation or the same inbox
 * share one list and one connection.
 * @example
 * ```tsx
 * const client = createChatClient({ url: "http://localhost:8000", userId: "ada" });
 *
 * root.render(<ChatProvider client={client}><App /></ChatProvider>);
 * ```
 */
export function ChatProvider({ client, outbox, children }: ChatProviderProps): ReactElement {
  const value = useMemo(() => ({ client, outbox, lists: listsOf(client) }), [client, outbox]);
  return createElement(Context.Provider, { value }, children);
}

/**
 * Returns the client of the nearest {@link ChatProvider}.
 * @throws Error when there is none.
 */
export function useChat(): ChatClient<KnownUser> {
  return useProvided().client;
}

/**
 * Returns what the nearest provider gives.
 * @throws Error when there is none.
 */
export function useProvided(): Provided {
  const provided = useContext(Context);
  if (!provided) throw new Error("a hook of @chatnest/react needs a ChatProvider around it");
  return provided;
}
