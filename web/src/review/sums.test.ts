import { create } from "@bufbuild/protobuf";
import { CharacteristicMetaSchema, ReviewMetaSchema } from "@throng/gen/throng/review/v1/product_pb";
import { expect, test } from "vitest";
import { percentOf, placeOf, recommending, sayMean, sayScale } from "./sums";

test.each([
  ["4.2500", "4.3"],
  ["5.0000", "5.0"],
  ["1.0400", "1.0"],
])("a mean of %s is read as %s", (mean, said) => {
  expect(sayMean(mean)).toBe(said);
});

test.each([
  [0n, 0n, 0],
  [0n, 10n, 0],
  [1n, 1_000_000n, 1],
  [1n, 3n, 33],
  [2n, 3n, 67],
  [999_999n, 1_000_000n, 99],
  [7n, 7n, 100],
])("%s of %s are %s percent", (part, whole, percent) => {
  expect(percentOf(part, whole)).toBe(percent);
});

test("who recommends is a share of all who have said so, and nothing of nobody", () => {
  const meta = (recommended: bigint, notRecommended: bigint) =>
    create(ReviewMetaSchema, { recommended, notRecommended });
  expect(recommending(meta(3n, 1n))).toBe(75);
  expect(recommending(meta(0n, 2n))).toBe(0);
  expect(recommending(meta(0n, 0n))).toBeUndefined();
});

test("a mean stands on its scale where it is, and is said with the nearest label", () => {
  expect([placeOf("1.0000"), placeOf("3.0000"), placeOf("5.0000")]).toEqual([0, 50, 100]);
  const size = { name: "Size", labels: ["tiny", "small", "right", "large", "huge"] };
  expect(sayScale(create(CharacteristicMetaSchema, { characteristic: size, mean: "3.5100" }))).toBe(
    "3.5 of 5: large",
  );
  expect(
    sayScale(create(CharacteristicMetaSchema, { characteristic: { name: "Grip" }, mean: "2.0000" })),
  ).toBe("2.0 of 5");
});
