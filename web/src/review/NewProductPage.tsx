import { createConnectQueryKey, useMutation } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Role } from "@throng/gen/throng/access/v1/access_pb";
import { CreateProductRequestSchema } from "@throng/gen/throng/review/v1/product_pb";
import { ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { useState } from "react";
import { useForm } from "../app/useForm";
import { useTitle } from "../app/useTitle";
import { Button } from "../ui/Button";
import { TextField } from "../ui/Field";
import { FormProblem } from "../ui/FormProblem";
import { Notice } from "../ui/Notice";
import { PageHead } from "../ui/PageHead";
import { toast } from "../ui/toasts";
import { useMe } from "../user/useMe";
import { type Side, SideFields, sideOf } from "./SideFields";

/** Adds a product that can be reviewed. */
export function NewProductPage() {
  const me = useMe();
  useTitle("New product");
  return (
    <>
      <PageHead title="New product" />
      {me && me.role < Role.ORGANIZER ? (
        <Notice title="Only organizers add products" word="role">
          Ask who runs this Throng to make you one.
        </Notice>
      ) : (
        <NewProduct />
      )}
    </>
  );
}

function NewProduct() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [key, setKey] = useState("");
  const [sides, setSides] = useState<Side[]>([]);
  const { mutateAsync } = useMutation(ReviewService.method.createProduct);
  const { form, errors, problem, busy } = useForm(
    CreateProductRequestSchema,
    async (message) => {
      const { product } = await mutateAsync(message);
      void client.invalidateQueries({
        queryKey: createConnectQueryKey({
          schema: ReviewService.method.listProducts,
          cardinality: "infinite",
        }),
      });
      if (product) {
        toast(`${product.name} can be reviewed.`);
        await navigate({ to: "/products/$productId", params: { productId: product.id }, replace: true });
      }
    },
    { product_differs: "key" },
  );
  const read = () => ({ name: name.trim(), key: key.trim(), characteristics: sides.map(sideOf) });
  return (
    <form
      {...form(read, name.trim() ? {} : { name: "Fill this in." })}
      aria-label="New product"
      className="panel flex flex-col gap-4 p-4 sm:p-5"
    >
      <TextField
        autoComplete="off"
        dir="auto"
        error={errors.name}
        label="Name"
        onChange={(event) => setName(event.target.value)}
        value={name}
      />
      <TextField
        autoCapitalize="none"
        autoComplete="off"
        error={errors.key}
        hint="What the shop calls it, such as an article number. No two products share one."
        label="Key"
        onChange={(event) => setKey(event.target.value)}
        spellCheck={false}
        value={key}
      />
      <SideFields error={errors.characteristics} onChange={setSides} sides={sides} />
      <FormProblem text={problem} />
      <Button busy={busy} type="submit">
        Add product
      </Button>
    </form>
  );
}
