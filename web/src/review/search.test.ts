import { expect, test } from "vitest";
import { starsFrom, starsIn, toggled } from "./search";

test.each([
  [45, { stars: 45 }],
  ["54", { stars: 45 }],
  ["5 and 5", { stars: 5 }],
  [12345, {}],
  [6789, {}],
  [undefined, {}],
  ["<b>", {}],
])("stars of an address written %s are read", (written, read) => {
  expect(starsFrom(written)).toEqual(read);
});

test("stars are chosen one by one, and given up one by one; the rest stays", () => {
  const one = toggled({ sort: "newest", q: "warm" }, 5);
  expect(one).toEqual({ sort: "newest", q: "warm", stars: 5 });
  const two = toggled(one, 1);
  expect(starsIn(two)).toEqual([1, 5]);
  expect(toggled(toggled(two, 5), 1)).toEqual({ sort: "newest", q: "warm" });
});

test("all five chosen are no choice", () => {
  expect(toggled({ stars: 1234 }, 5)).toEqual({});
});
