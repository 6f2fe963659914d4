import type {
  Conversation,
  Entry,
  InboxItem,
  MemberSettings,
  Mentions,
  Message,
  Metadata,
  ReactionEntry,
  Reactor,
  ReadState,
  UnreadTotals,
  Version,
} from "@chatnest/db";
import { expectTypeOf, test } from "vitest";
import type { AppRouter, RouterInputs, RouterOutputs } from "./root.ts";

type Routed = AppRouter["_def"]["record"];
type Send = { id?: string | undefined; user_id: string; content: string };
type References = {
  reply_to?: number | undefined;
  thread_seq?: number | undefined;
  mentions?: Mentions | undefined;
  metadata?: Metadata | undefined;
};
type View = { view?: "main" | undefined; deleted?: "include" | undefined };
type Place = { conversation_id: string; seq: number };
type Change = Place & { user_id: string; id?: string | undefined };
type Bounds = {
  limit?: number | undefined;
  before?: number | undefined;
  after?: number | undefined;
};
type Carried = { messages?: number | undefined; members?: number | undefined };
type Page = {
  messages: Message[];
  prev: { before: number } | null;
  next: { after: number; before?: number } | null;
  read_to: number | null;
};

test("the router has the documented procedures and no others", () => {
  expectTypeOf<keyof Routed>().toEqualTypeOf<
    "messages" | "log" | "reads" | "conversations" | "notes" | "live"
  >();
  expectTypeOf<keyof Routed["messages"]>().toEqualTypeOf<
    | ("send" | "page" | "all" | "get" | "import")
    | ("edit" | "delete" | "react" | "unreact" | "reactions" | "replies" | "versions")
  >();
  expectTypeOf<keyof Routed["log"]>().toEqualTypeOf<"page">();
  expectTypeOf<keyof Routed["conversations"]>().toEqualTypeOf<
    ("create" | "get" | "update" | "page" | "all") | ("addMember" | "removeMember" | "updateMember")
  >();
  expectTypeOf<keyof Routed["reads"]>().toEqualTypeOf<"mark" | "markUnread" | "page" | "totals">();
  expectTypeOf<keyof Routed["live"]>().toEqualTypeOf<"conversation" | "user">();
  expectTypeOf<keyof Routed["notes"]>().toEqualTypeOf<"send" | "page" | "all" | "get">();
});

test("messages take and give what is documented", () => {
  type In = RouterInputs["messages"];
  type Out = RouterOutputs["messages"];
  expectTypeOf<In["send"]>().branded.toEqualTypeOf<
    Send & References & { conversation_id?: string | null | undefined }
  >();
  expectTypeOf<Out["send"]>().toEqualTypeOf<{ message: Message; created: boolean }>();
  expectTypeOf<In["page"]>().branded.toEqualTypeOf<Bounds & View & { conversation_id: string }>();
  expectTypeOf<Out["page"]>().toEqualTypeOf<Page>();
  expectTypeOf<In["all"]>().branded.toEqualTypeOf<View & { conversation_id: string }>();
  expectTypeOf<In["get"]>().toEqualTypeOf<Place>();
  expectTypeOf<Out["get"]>().toEqualTypeOf<Message>();
});

test("changes take and give what is documented", () => {
  type In = RouterInputs["messages"];
  type Out = RouterOutputs["messages"];
  expectTypeOf<In["edit"]>().branded.toEqualTypeOf<
    Change & {
      content?: string | undefined;
      metadata?: Metadata | null | undefined;
      unchanged_since?: number | undefined;
    }
  >();
  expectTypeOf<Out["edit"]>().toEqualTypeOf<{ message: Message; created: boolean }>();
  expectTypeOf<In["delete"]>().branded.toEqualTypeOf<Change>();
  expectTypeOf<Out["delete"]>().toEqualTypeOf<{ created: boolean }>();
  expectTypeOf<In["react"]>().branded.toEqualTypeOf<Change & { key: string }>();
  expectTypeOf<In["unreact"]>().toEqualTypeOf<In["react"]>();
  expectTypeOf<Out["react"]>().toEqualTypeOf<{ entry: ReactionEntry; created: boolean }>();
  expectTypeOf<Out["unreact"]>().toEqualTypeOf<{
    entry: ReactionEntry | null;
    created: boolean;
  }>();
});

test("what belongs to a message is taken and given as documented", () => {
  type In = RouterInputs["messages"];
  type Out = RouterOutputs["messages"];
  expectTypeOf<In["reactions"]>().branded.toEqualTypeOf<
    Place & {
      key?: string | undefined;
      limit?: number | undefined;
      cursor?: string | undefined;
    }
  >();
  expectTypeOf<Out["reactions"]>().toEqualTypeOf<{
    reactions: Reactor[];
    next: { cursor: string } | null;
  }>();
  expectTypeOf<In["replies"]>().branded.toEqualTypeOf<Bounds & Place>();
  expectTypeOf<Out["replies"]>().toEqualTypeOf<Page>();
  expectTypeOf<In["versions"]>().toEqualTypeOf<Place>();
  expectTypeOf<Out["versions"]>().toEqualTypeOf<{ versions: Version[] }>();
});

test("a log gives entries as they are stored", () => {
  expectTypeOf<RouterInputs["log"]["page"]>().toEqualTypeOf<{
    conversation_id: string;
    after?: number | undefined;
    limit?: number | undefined;
  }>();
  expectTypeOf<RouterOutputs["log"]["page"]>().toEqualTypeOf<{
    entries: Entry[];
    next: { after: number } | null;
  }>();
});

test("an import takes lines with ids and says of each what became of it", () => {
  type Line = RouterInputs["messages"]["import"]["messages"][number];
  type Result = RouterOutputs["messages"]["import"]["results"][number];
  expectTypeOf<Line["id"]>().toEqualTypeOf<string>();
  expectTypeOf<Line["timestamp"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Result["status"]>().toEqualTypeOf<"stored" | "existing" | "refused">();
  expectTypeOf<Extract<Result, { status: "refused" }>["detail"]>().toEqualTypeOf<string>();
});

test("conversations take and give what is documented", () => {
  type In = RouterInputs["conversations"];
  type Out = RouterOutputs["conversations"];
  type Member = { conversation_id: string; user_id: string };
  expectTypeOf<In["create"]>().toEqualTypeOf<{ id?: string | undefined; user_ids: string[] }>();
  expectTypeOf<Out["create"]>().toEqualTypeOf<{ conversation: Conversation; created: boolean }>();
  expectTypeOf<In["get"]>().branded.toEqualTypeOf<Carried & { conversation_id: string }>();
  expectTypeOf<Out["get"]>().toEqualTypeOf<Conversation>();
  expectTypeOf<In["update"]>().toEqualTypeOf<{
    conversation_id: string;
    title?: string | null | undefined;
    metadata?: Metadata | null | undefined;
  }>();
  expectTypeOf<Out["update"]>().toEqualTypeOf<Conversation>();
  expectTypeOf<In["all"]>().branded.toEqualTypeOf<Carried & { user_id: string }>();
  expectTypeOf<In["page"]>().branded.toEqualTypeOf<
    Carried & {
      user_id: string;
      limit?: number | undefined;
      cursor?: string | undefined;
      archived?: boolean | undefined;
      unread?: boolean | undefined;
    }
  >();
  expectTypeOf<Out["page"]["conversations"][number]>().branded.toEqualTypeOf<
    Conversation & InboxItem
  >();
  expectTypeOf<Out["page"]["next"]>().toEqualTypeOf<{ cursor: string } | null>();
  expectTypeOf<In["addMember"]>().toEqualTypeOf<Member>();
  expectTypeOf<Out["addMember"]>().branded.toEqualTypeOf<Member & { added: boolean }>();
  expectTypeOf<In["removeMember"]>().toEqualTypeOf<Member>();
  expectTypeOf<In["updateMember"]>().branded.toEqualTypeOf<
    Member & {
      muted_until?: string | null | undefined;
      pinned?: boolean | undefined;
      archived?: boolean | undefined;
    }
  >();
  expectTypeOf<Out["updateMember"]>().branded.toEqualTypeOf<Member & MemberSettings>();
});

test("marks take and give what is documented", () => {
  type In = RouterInputs["reads"];
  type Out = RouterOutputs["reads"];
  type Member = { conversation_id: string; user_id: string };
  expectTypeOf<In["mark"]>().branded.toEqualTypeOf<
    Member & { read_seq: number; revision?: number | undefined }
  >();
  expectTypeOf<In["markUnread"]>().branded.toEqualTypeOf<Member & { unread_from: number }>();
  expectTypeOf<Out["mark"]>().toEqualTypeOf<ReadState>();
  expectTypeOf<Out["markUnread"]>().toEqualTypeOf<ReadState>();
  expectTypeOf<In["page"]>().toEqualTypeOf<{
    conversation_id: string;
    limit?: number | undefined;
    cursor?: string | undefined;
  }>();
  expectTypeOf<Out["page"]>().toEqualTypeOf<{
    reads: { user_id: string; read_seq: number }[];
    next: { cursor: string } | null;
  }>();
  expectTypeOf<In["totals"]>().toEqualTypeOf<{ user_id: string }>();
  expectTypeOf<Out["totals"]>().toEqualTypeOf<UnreadTotals>();
});

test("notes take and give what messages do, under their user", () => {
  type In = RouterInputs["notes"];
  type Out = RouterOutputs["notes"];
  expectTypeOf<In["send"]>().toEqualTypeOf<Send>();
  expectTypeOf<Out["send"]>().toEqualTypeOf<RouterOutputs["messages"]["send"]>();
  expectTypeOf<In["page"]>().branded.toEqualTypeOf<Bounds & { user_id: string }>();
  expectTypeOf<Out["page"]>().toEqualTypeOf<Page>();
  expectTypeOf<In["get"]>().toEqualTypeOf<{ user_id: string; seq: number }>();
  expectTypeOf<Out["get"]>().toEqualTypeOf<Message>();
});

test("nothing is any", () => {
  type Leaf<T> = { [TNoun in keyof T]: T[TNoun][keyof T[TNoun]] }[keyof T];
  expectTypeOf<Leaf<RouterInputs>>().not.toBeAny();
  expectTypeOf<Leaf<RouterOutputs>>().not.toBeAny();
});
