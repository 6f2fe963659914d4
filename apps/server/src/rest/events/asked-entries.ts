const eventStream = "text/event-stream";

/**
 * Tells whether an `Accept` header asks for entries of all kinds, as `text/event-stream;entries=all`. Servers that do not know the
 * parameter ignore it (RFC 9110, section 12.5.1), and browsers allow it across origins.
 */
export function asksForAll(accept: string): boolean {
  return accept.split(",").some((range) => {
    const [type, ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    return type === eventStream && parameters.some((one) => /^entries=("?)all\1$/.test(one));
  });
}
