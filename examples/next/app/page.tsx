import { Chat } from "./chat";
import { Providers } from "./providers";

/** A server component: it renders the hooks' components once, without a connection. */
export default async function Page({
  searchParams,
}: {
  searchParams: Promise<{ server?: string }>;
}) {
  const { server = "http://localhost:8000" } = await searchParams;
  return (
    <Providers url={server} user_id="ada">
      <Chat id="tea" />
    </Providers>
  );
}
