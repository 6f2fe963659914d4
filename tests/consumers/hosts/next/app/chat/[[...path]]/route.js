import { createChatNest } from "chatnest";

export const dynamic = "force-dynamic";

function open() {
  const chat = createChatNest({
    store: { sqlite: ":memory:" },
    basePath: "/chat",
    authenticate(request) {
      const user_id = request.headers.get("x-user");
      return user_id === null ? null : { user_id };
    },
  });
  // Next.js waits for the answers in progress. Those of live streams end by this.
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => chat.close());
  return chat;
}

// At the first request: Next.js loads this module while it builds, too, and in development again after each change.
const answer = (request) => {
  globalThis.chat ??= open();
  return globalThis.chat.fetch(request);
};

export {
  answer as DELETE,
  answer as GET,
  answer as HEAD,
  answer as OPTIONS,
  answer as PATCH,
  answer as POST,
  answer as PUT,
};
