import { createChatClient } from "@chatnest/client";
import { ChatProvider, useChat, useConversation } from "@chatnest/react";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { startChromium } from "../support/chromium.ts";
import { runCommand } from "../support/command.ts";
import { startServer } from "../support/server.ts";
import { loadRender } from "./bundle.ts";
import { expectLines, startPageSite } from "./site.ts";

const panels = ["unread", "inbox", "tea", "outbox"];

describe("rendering on a server", () => {
  it("shows what is empty, asks for nothing, and is the same each time", async () => {
    const render = await loadRender();
    const { html, requests } = render(panels);
    expect(html).toContain('<output aria-label="unread">unknown</output>');
    expect(html).toContain('<section aria-label="tea"><output>connecting</output><ol></ol>');
    expect(requests).toBe(0);
    expect(render(panels)).toEqual({ html, requests: 0 });
  });

  it("ends with the server's work: an outbox that is made there keeps nothing awake", async () => {
    const code = `
      import { createChatClient } from "${import.meta.resolve("@chatnest/client")}";
      import { createOutbox } from "${import.meta.resolve("@chatnest/client/outbox")}";
      const client = createChatClient({ url: "http://chat.example", userId: "ada" });
      createOutbox({ client, user_id: "ada" });
      console.log("made");
    `;
    const args = ["--input-type=module", "--eval", code];
    expect(await runCommand(process.execPath, args, { timeoutMs: 30_000 })).toBe("made");
  });

  it("keeps nothing of what is rendered for a client that all requests share", () => {
    const client = createChatClient({ url: "http://chat.example", userId: "ada" });
    let selected = 0;
    const counting = {
      ...client,
      conversation(id: string) {
        selected++;
        return client.conversation(id);
      },
    };
    function Conversation({ id }: { id: string }) {
      return useConversation(id).messages.length;
    }
    for (let n = 0; n < 100; n++) {
      const conversation = createElement(Conversation, { id: `tea-${n}` });
      renderToString(createElement(ChatProvider, { client: counting }, conversation));
    }
    expect(selected).toBe(0);
  });

  it("a browser takes over what is rendered, without a complaint, and shows what is new", async () => {
    const { html } = (await loadRender())(panels);
    await using browser = await startChromium();
    await using site = await startPageSite(html);
    await using server = await startServer();
    await using context = await browser.newContext();
    const tab = await site.open(context, { server: server.url, show: panels });
    await tab.type("tea", "Hello");
    await expectLines(tab, "tea", ["ada: Hello confirmed"]);
    await expect.poll(() => tab.page.getByLabel("unread").textContent()).toBe("0");
    expect(tab.complaints).toEqual([]);
  });
});

describe("a hook without a provider", () => {
  it("says what is missing", () => {
    function Lost() {
      useChat();
      return null;
    }
    expect(() => renderToString(createElement(Lost))).toThrow(
      "a hook of @chatnest/react needs a ChatProvider around it",
    );
  });
});
