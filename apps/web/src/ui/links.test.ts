import { expect, it } from "vitest";
import { splitLinks } from "./links.ts";

const links = (text: string) =>
  splitLinks(text).flatMap(({ text, href }) => (href === undefined ? [] : [text]));

it("finds web addresses and leaves the marks of the sentence outside", () => {
  expect(links("See https://a.example/b?c=1#d, or (http://b.example/x_(y)).")).toEqual([
    "https://a.example/b?c=1#d",
    "http://b.example/x_(y)",
  ]);
});

it("ends an address where characters turn the direction of the text", () => {
  expect(links("https://a.example/\u202Egpj.exe")).toEqual(["https://a.example/"]);
});

it("keeps every character of the text", () => {
  const text = "a https://x.example!? b\n(https://y.example/z) <c>";
  expect(
    splitLinks(text)
      .map((part) => part.text)
      .join(""),
  ).toBe(text);
});

it.each([
  "javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "file:///etc/passwd",
  "https://",
  "vbscript:https",
  "https://bank.example@evil.example/",
])("%s is no link", (text) => {
  expect(links(text)).toEqual([]);
});
