/** What the primary asks of a process: to stop, for the reason that it was given. */
export interface StopMessage {
  chatnest: "stop";
  reason: string;
}

/** What a process tells the primary before it ends: why starting it again would not help. */
export interface HopelessMessage {
  chatnest: "hopeless";
  text: string;
}

/** Tells the two messages apart from those of Node and of others on the same channel. */
export function isMessage<TMessage extends StopMessage | HopelessMessage>(
  message: unknown,
  kind: TMessage["chatnest"],
): message is TMessage {
  return (
    typeof message === "object" &&
    message !== null &&
    "chatnest" in message &&
    message.chatnest === kind
  );
}
