import type { ImportLine } from "@chatnest/api";
import { expect, it } from "vitest";
import { MessageIds } from "./message-ids.ts";

const line = {
  conversation_id: "tea",
  user_id: "ann",
  content: "hi",
  timestamp: "2004-12-25T09:14:00Z",
};

it("gives the same ids in every run, also when the file grew", () => {
  const lines = [line, { ...line, content: "ho" }, line, line];
  const first = idsOf(lines);
  expect(idsOf([...lines, line, { ...line, user_id: "bob" }]).slice(0, 4)).toEqual(first);
  expect(new Set(first).size).toBe(4);
});

it("gives ids that the server takes", () => {
  for (const id of idsOf([line, line])) expect(id).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

it("never changes: what was imported once is known to every later version", () => {
  expect(idsOf([line, line, { user_id: "ann", content: "a note" }])).toEqual([
    "xLDuilsYJr1qNwFDmEUV8-S6z-v1uCOmclJSY3ReLfc",
    "3xcuYNDEfEoGchYwacMigxqGKwr2LgNNmen4WmkKZhM",
    "X_Cs14pGAMl46D4PIOHfUvYiRf8KL3LE9xojJeiACNA",
  ]);
});

it("gives a line that says it is a message the id of one that does not", () => {
  expect(idsOf([{ ...line, kind: "message" }])).toEqual(idsOf([line]));
});

it("tells everything apart that another entry can say", () => {
  const { content: _, ...by } = line;
  const reaction = { ...by, kind: "reaction", target_seq: 1, key: "+1", added: true } as const;
  const lines: ImportLine[] = [
    line,
    { ...line, reply_to: 1 },
    { ...line, thread_seq: 1 },
    { ...line, mentions: ["bob"] },
    { ...line, mentions: ["bob", "cy"] },
    { ...line, mentions: "everyone" },
    { ...line, metadata: { a: 1 } },
    { ...line, kind: "edit", target_seq: 1 },
    { ...line, kind: "edit", target_seq: 2 },
    { ...by, kind: "edit", target_seq: 1, metadata: { a: 1 } },
    { ...by, kind: "edit", target_seq: 1, metadata: null },
    { ...by, kind: "deletion", target_seq: 1 },
    reaction,
    { ...reaction, key: "-1" },
    { ...reaction, added: false },
  ];
  const ids = idsOf(lines);
  expect(lines.flatMap((each) => idsOf([each]))).toEqual(ids);
  expect(new Set(idsOf([...lines, ...lines])).size).toBe(2 * lines.length);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

it.each([
  ["conversation", { ...line, conversation_id: "te" }],
  ["note", { ...line, conversation_id: null }],
  ["user", { ...line, user_id: "an" }],
  ["content", { ...line, content: "ih" }],
  ["time", { ...line, timestamp: "2004-12-25T09:14:01Z" }],
  ["border between conversation and user", { ...line, conversation_id: "teaa", user_id: "nn" }],
])("tells another %s apart", (_what, other) => {
  expect(idsOf([other])).not.toEqual(idsOf([line]));
  expect(new Set(idsOf([line, other])).size).toBe(2);
});

it("gives a line the same id, whatever other lines come before it", () => {
  const lines = Array.from({ length: 5_000 }, (_, index) => ({
    ...line,
    content: `line ${index}`,
  }));
  expect(idsOf(lines)).toEqual(lines.flatMap((each) => idsOf([each])));
  expect(new Set(idsOf([...lines, ...lines])).size).toBe(10_000);
});

it("knows a time however it is written", () => {
  const written = ["2004-12-25T09:14:00Z", "2004-12-25T09:14:00.000Z", "2004-12-25T10:14:00+01:00"];
  const ids = written.flatMap((timestamp) => idsOf([{ ...line, timestamp }]));
  expect(new Set(ids).size).toBe(1);
});

it("keeps a given id, which is no occurrence of the line without", () => {
  const [given, own] = idsOf([{ ...line, id: "chosen-by-sender" }, line]);
  expect(given).toBe("chosen-by-sender");
  expect(own).toBe(idsOf([line])[0]);
});

function idsOf(lines: ImportLine[]): string[] {
  const ids = new MessageIds();
  return lines.map((each) => ids.identify(each).id);
}
