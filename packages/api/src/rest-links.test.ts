import { randomUUID } from "node:crypto";
import { openSqliteStore } from "@chatnest/db";
import { afterAll, describe, expect, it } from "vitest";
import { trustedCaller } from "./caller.ts";
import { createContext } from "./context.ts";
import { type RestQuery, toLinkHeaders } from "./rest.ts";
import { pageToRest } from "./rest-page.ts";
import { createCaller } from "./root.ts";
import type { MessagePage } from "./schemas/messages.ts";

const store = openSqliteStore(":memory:");
const api = createCaller(createContext({ store, caller: trustedCaller }));
afterAll(() => store.close());

describe("links to the pages beside a page", () => {
  it.each<[string, Parameters<typeof toLinkHeaders>, string | undefined]>([
    ["none", [{ prev: null, next: null }, { limit: "5" }], undefined],
    ["one", [{ prev: { before: 5 }, next: null }, {}], '<?before=5>; rel="prev"'],
    [
      "both, with the other parameters",
      [
        { prev: { before: 5 }, next: { after: 9 } },
        { limit: "5", messages: "2" },
      ],
      '<?limit=5&messages=2&before=5>; rel="prev", <?limit=5&messages=2&after=9>; rel="next"',
    ],
    [
      "not with the bounds of this page",
      [
        { prev: null, next: { after: 9 } },
        { before: "9", after: "3", cursor: "x", limit: "1" },
      ],
      '<?limit=1&after=9>; rel="next"',
    ],
    [
      "with both bounds of a range",
      [
        { prev: null, next: { after: 4, before: 7 } },
        { after: "2", before: "7" },
      ],
      '<?after=4&before=7>; rel="next"',
    ],
    [
      "without a bound that is left open",
      [{ prev: null, next: { after: 0, before: undefined } }, {}],
      '<?after=0>; rel="next"',
    ],
  ])("are written: %s", (_, [neighbours, query], link) => {
    expect(toLinkHeaders(neighbours, query)).toEqual(link === undefined ? {} : { link });
  });

  it("are safe from any value of a parameter", () => {
    const query = { 'a>; rel="x"': '<>", ;\r\n&=#%\u00e9\u{1F600}' };
    const { link = "" } = toLinkHeaders({ prev: null, next: { cursor: "a&b=c>" } }, query);
    expect(link).toMatch(/^<\?[A-Za-z0-9%&=+*._-]+>; rel="next"$/);
    const params = Object.fromEntries(new URLSearchParams(link.slice(2, link.indexOf(">"))));
    expect(params).toEqual({ ...query, cursor: "a&b=c>" });
  });

  it("lead to the same pages as the typed neighbours", async () => {
    const conversation_id = randomUUID();
    for (const content of ["1", "2", "3", "4", "5"]) {
      await api.messages.send({ user_id: "alice", content, conversation_id });
    }
    const seen: string[] = [];
    let query: RestQuery | undefined = { limit: "2" };
    while (query) {
      const bounds = Object.entries(query).map(([name, value]) => [name, Number(value)]);
      const page = await api.messages.page({ conversation_id, ...Object.fromEntries(bounds) });
      const { link, ...answer } = answerOf(page, query);
      expect(answer).toEqual({ status: 200, body: page.messages });
      seen.unshift(...page.messages.map(({ content }) => content));
      query = targetOf(link, "prev");
    }
    expect(seen).toEqual(["1", "2", "3", "4", "5"]);
  });
});

/** A page of messages in REST, with its link. */
function answerOf(page: MessagePage, query: RestQuery) {
  const { headers, ...answer } = pageToRest(page, query);
  return { ...answer, link: headers?.["link"] ?? "" };
}

/** The query that a link leads to. */
function targetOf(link: string, rel: string): RestQuery | undefined {
  const target = new RegExp(`<\\?([^>]+)>; rel="${rel}"`).exec(link)?.[1];
  return target === undefined ? undefined : Object.fromEntries(new URLSearchParams(target));
}
