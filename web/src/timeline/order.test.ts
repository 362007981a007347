import { create } from "@bufbuild/protobuf";
import { TimelineItemSchema } from "@throng/gen/throng/timeline/v1/timeline_pb";
import { expect, test } from "vitest";
import { endOf, type HomePart, idOf, joins, newestFirst, noNews, withArrival } from "./order";

// Ids are one letter, later in the alphabet is newer; capitals are one's own.
const item = (id: string) =>
  create(TimelineItemSchema, {
    post: { id: id.toLowerCase(), authorId: id === id.toLowerCase() ? "ben" : "me" },
  });
const items = (ids: string) => [...ids].map(item);
const part = (ids: string, more = false): HomePart => ({
  items: items(ids),
  nextPageToken: more ? "more" : "",
});
const ids = (list: { post?: { id: string } | undefined }[]) => list.map((each) => each.post?.id).join("");

test("items are newest first and each once, however they came", () => {
  expect(ids(newestFirst(items("cadbca")))).toBe("dcba");
});

test.each([
  ["a page with more below it", [part("ed", true)], "d"],
  ["several pages", [part("ed", true), part("cb", true)], "b"],
  ["a late post in the first page", [part("bed", true), part("cb", true)], "b"],
  ["the last page", [part("ed", true), part("cb")], ""],
  ["nothing", [], ""],
])("the loaded part ends with %s", (_, parts, end) => {
  expect(endOf(parts)).toBe(end);
});

test.each([
  ["what comes by stream", "", "z", false, "ba", true],
  ["a whole timeline", "", "zy", false, "ba", true],
  ["a page that reaches what is shown", "", "dcb", true, "ba", true],
  ["a page that ends where the shown was deleted", "", "dca", true, "b", true],
  ["a page that does not reach it", "", "zy", true, "ba", false],
  ["a page that reaches what waits", "x", "zyx", true, "ba", true],
  ["a page that reaches one's own post alone", "", "zyx", true, "Xba", false],
  ["a page of one's own posts where there are no others", "", "ZYX", true, "XBA", true],
  ["a page above nothing", "", "zy", true, "", false],
])("%s joins what is known or does not", (_, held, arrived, more, shown, joined) => {
  const news = { items: items(held), gap: false };
  expect(joins(news, { items: items(arrived), more }, [part(shown)], "me")).toBe(joined);
});

test("news are what is neither shown nor one's own, in order, each once", () => {
  const first = withArrival(noNews, { items: items("eGb"), more: false }, [part("ba")], "me");
  expect(ids(first.items)).toBe("e");
  const second = withArrival(first, { items: items("fde"), more: false }, [part("ba")], "me");
  expect(ids(second.items)).toBe("fed");
  expect(second.gap).toBe(false);
});

test("what is older than the loaded part comes with its page, and is no news", () => {
  const late = withArrival(noNews, { items: items("eca"), more: false }, [part("db", true)], "me");
  expect(ids(late.items)).toBe("ec");
});

test("a gap stays until the news are brought in, and needs news", () => {
  const apart = withArrival(noNews, { items: items("zy"), more: true }, [part("ba")], "me");
  expect(apart.gap).toBe(true);
  expect(withArrival(apart, { items: items("z"), more: false }, [part("ba")], "me").gap).toBe(true);
  expect(withArrival(apart, { items: [], more: false }, [part("zyba")], "me")).toEqual(noNews);
});

test("one's own posts above a gap wait with the others", () => {
  const apart = withArrival(noNews, { items: items("ZY"), more: true }, [part("ba")], "me");
  expect(ids(apart.items)).toBe("zy");
});

test("more than a hundred are not collected, and leave a gap", () => {
  const many = Array.from({ length: 130 }, (_, n) => item(String.fromCodePoint(0x4e00 + n)));
  const news = withArrival(noNews, { items: many, more: false }, [part("ba")], "me");
  expect(news.items).toHaveLength(100);
  expect(idOf(news.items[0] ?? item(""))).toBe(String.fromCodePoint(0x4e00 + 129));
  expect(news.gap).toBe(true);
});
