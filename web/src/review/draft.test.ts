import { create } from "@bufbuild/protobuf";
import { ProductSchema } from "@throng/gen/throng/review/v1/product_pb";
import { expect, test } from "vitest";
import { draftFrom, messageOf } from "./draft";

const product = create(ProductSchema, { id: "p", characteristics: [{ id: "size" }, { id: "fit" }] });

test.each(["", "{", "null"])("a draft kept as %j is an empty one", (kept) => {
  expect(draftFrom(kept)).toMatchObject({ rating: 0, summary: "", body: "", values: {} });
});

test("of a draft that is kept what was not filled in is empty", () => {
  expect(draftFrom('{"rating":3}')).toMatchObject({ rating: 3, body: "" });
});

test("only what the product has, and what was rated, is sent; blanks around words are not", () => {
  const draft = { ...draftFrom(""), rating: 4, body: " good\n", values: { size: 3, fit: 0, gone: 5 } };
  expect(messageOf(draft, product, ["picture"])).toEqual({
    productId: "p",
    rating: 4,
    recommend: false,
    summary: "",
    body: "good",
    mediaIds: ["picture"],
    values: [{ characteristicId: "size", value: 3 }],
  });
});
