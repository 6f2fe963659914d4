import { createMessageId, isChatError } from "@chatnest/client";
import { useChat } from "@chatnest/react";
import { type FormEvent, useState } from "react";
import { navigate } from "../shell/route.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogActions } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";

/** Creates a conversation with a few people, or joins one by its id. */
export function NewConversationDialog({ userId, onClose }: { userId: string; onClose(): void }) {
  const client = useChat();
  const [title, setTitle] = useState("");
  const [people, setPeople] = useState("");
  const [joinId, setJoinId] = useState("");
  const [error, setError] = useState<{ of: "create" | "join"; text: string }>();
  // One for each dialog: a repeated try creates the same conversation.
  const [id] = useState(() => createMessageId());

  async function attempt(of: "create" | "join", run: () => Promise<string>): Promise<void> {
    try {
      const made = await run();
      onClose();
      navigate({ view: "conversation", id: made });
    } catch (failure) {
      if (!isChatError(failure)) throw failure;
      setError({ of, text: failure.message });
    }
  }

  function create(event: FormEvent): void {
    event.preventDefault();
    const others = people.split(",").map((name) => name.trim());
    const user_ids = [...new Set([userId, ...others.filter((name) => name !== "")])];
    void attempt("create", async () => {
      const { conversation } = await client.conversations.create({ id, user_ids });
      const conversation_id = conversation.id;
      if (title.trim() !== "") await client.conversations.update({ conversation_id, title });
      return conversation_id;
    });
  }

  function join(event: FormEvent): void {
    event.preventDefault();
    void attempt("join", async () => {
      await client.conversations.addMember({ conversation_id: joinId, user_id: userId });
      return joinId;
    });
  }

  return (
    <Dialog title="Start a conversation" onClose={onClose}>
      <form onSubmit={create}>
        <Field
          label="People"
          value={people}
          autoCapitalize="none"
          spellCheck={false}
          placeholder="grace, linus"
          hint="Names, separated by commas"
          error={error?.of === "create" ? error.text : undefined}
          onChange={(event) => setPeople(event.target.value)}
        />
        <Field
          label="Title (optional)"
          value={title}
          maxLength={200}
          placeholder="Tea at four"
          onChange={(event) => setTitle(event.target.value)}
        />
        <DialogActions>
          <Button look="main" type="submit">
            Create
          </Button>
        </DialogActions>
      </form>
      <hr />
      <form onSubmit={join}>
        <Field
          label="Or join one by its id"
          value={joinId}
          required
          maxLength={128}
          autoCapitalize="none"
          spellCheck={false}
          error={error?.of === "join" ? error.text : undefined}
          onChange={(event) => setJoinId(event.target.value)}
        />
        <DialogActions>
          <Button type="submit" disabled={joinId === ""}>
            Join
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
