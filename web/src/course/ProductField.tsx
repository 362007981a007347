import { useQuery } from "@connectrpc/connect-query";
import { skipToken } from "@tanstack/react-query";
import { ReviewService } from "@throng/gen/throng/review/v1/review_pb";
import { useState } from "react";
import { useSettled } from "../app/useSettled";
import { useProduct } from "../review/queries";
import { Button } from "../ui/Button";
import { Combobox } from "../ui/Combobox";

interface ProductFieldProps {
  productId: string;
  error: string | undefined;
  onChange(productId: string): void;
}

/** Chooses the product whose reviews are those of a course. */
export function ProductField(props: ProductFieldProps) {
  return props.productId ? <Chosen {...props} /> : <Choose {...props} />;
}

const label = "Product whose reviews are its reviews (optional)";

function Chosen({ productId, error, onChange }: ProductFieldProps) {
  const name = useProduct(productId).data?.product?.name ?? "…";
  return (
    <div>
      <p className="mb-1 text-sm font-semibold">{label}</p>
      <p className="flex flex-wrap items-center justify-between gap-2 rounded-field border border-edge bg-raised py-1.5 pr-1.5 pl-4">
        <bdi className="min-w-0 wrap-anywhere">{name}</bdi>
        <Button aria-label={`Remove ${name}`} look="quiet" onClick={() => onChange("")} size="small">
          Remove
        </Button>
      </p>
      {error && <p className="mt-1 text-sm font-medium text-danger">{error}</p>}
    </div>
  );
}

function Choose({ error, onChange }: ProductFieldProps) {
  const [words, setWords] = useState("");
  const [opened, setOpened] = useState(false);
  const prefix = useSettled(words);
  const query = useQuery(ReviewService.method.listProducts, opened ? { prefix } : skipToken, {
    placeholderData: (before) => before,
  });
  const products = query.data?.products;
  return (
    <Combobox
      busy={query.isFetching || prefix !== words.trim()}
      error={error}
      keyOf={({ id }) => id}
      label={label}
      note={products?.length === 0 ? "No product's name begins like this." : ""}
      onChoose={({ id }) => onChange(id)}
      onOpen={() => setOpened(true)}
      onWords={setWords}
      options={products}
      placeholder="How the name begins"
      words={words}
    >
      {({ name }) => <bdi>{name}</bdi>}
    </Combobox>
  );
}
