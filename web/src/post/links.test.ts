import { expect, test } from "vitest";
import { tokenize } from "./links";

const kinds = (text: string) => tokenize(text).map((token) => [token.kind, token.text]);

test("text without links is one stretch, and nothing of it is lost", () => {
  expect(kinds("plain <b>text</b>\n& more")).toEqual([["text", "plain <b>text</b>\n& more"]]);
  for (const text of ["", "@ada", "a @ada b http://x.example. (@ben)", "@@ada http://", "é@ada"]) {
    expect(
      tokenize(text)
        .map((token) => token.text)
        .join(""),
    ).toBe(text);
  }
});

test("handles become mentions, lower case, where they stand alone", () => {
  expect(tokenize("Hi @Ada_1!")).toContainEqual({ kind: "mention", text: "@Ada_1", handle: "ada_1" });
  for (const text of ["ada@example.com", "@ab", `@${"a".repeat(31)}`, "@@ada", "x/@ada"]) {
    expect(kinds(text).map(([kind]) => kind)).not.toContain("mention");
  }
});

test.each([
  ["see https://a.example/x?y=1#z.", "https://a.example/x?y=1#z"],
  ["(https://a.example/x)", "https://a.example/x"],
  ["https://a.example/x_(y)", "https://a.example/x_(y)"],
  ["https://a.example/@ada", "https://a.example/@ada"],
  ["HTTPS is not one, http://b.example is!", "http://b.example"],
])("the link in %j ends where the address does", (text, link) => {
  expect(tokenize(text).find((token) => token.kind === "link")?.text).toBe(link);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "ftp://a.example",
  "http://",
  "https://[",
  "xhttps://a.example",
])("%j is no link", (text) => {
  expect(kinds(text).map(([kind]) => kind)).not.toContain("link");
});
