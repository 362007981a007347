import { Code, ConnectError } from "@connectrpc/connect";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { shop } from "../testing/shop";
import { visit } from "../testing/visit";

/** Fills words in at once, as a paste does. */
function fill(field: HTMLElement, value: string) {
  fireEvent.change(field, { target: { value } });
}

/** Opens the form as Ada. */
async function writing(place = shop()) {
  const { user, router } = visit(place.community, place.path, { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Write a review" }));
  const dialog = within(await screen.findByRole("dialog", { name: "Review River boots" }));
  return { ...place, user, router, dialog, publish: dialog.getByRole("button", { name: "Publish" }) };
}

test("a review with all there is to say is stored once and stands on top", async () => {
  const place = shop();
  place.judges(place.ben, { body: "before" });
  const { user, dialog, publish, boots, asked, community, router } = await writing(place);
  await user.click(dialog.getByRole("radio", { name: "4 stars: Good" }));
  await user.click(dialog.getByRole("radio", { name: "Yes" }));
  await user.click(dialog.getByRole("radio", { name: "½ a size too big" }));
  await user.click(dialog.getByRole("radio", { name: "2 of 5" }));
  await user.click(dialog.getByRole("button", { name: "Do not rate Grip" }));
  fill(dialog.getByLabelText("Headline (optional)"), "Dry feet");
  fill(dialog.getByLabelText("Your review"), "  Good in water. ");
  fireEvent.change(document.querySelector("dialog input[type=file]") as HTMLInputElement, {
    target: { files: [new File(["bytes"], "one.png", { type: "image/png" })] },
  });
  await waitFor(() => expect(dialog.queryByRole("progressbar")).toBeNull());
  await user.click(publish);
  await screen.findByText("Your review is out.");
  const [top] = await screen.findAllByRole("article");
  await waitFor(() => expect(top?.textContent).toContain("Good in water."));
  expect(router.state.location.search).toEqual({ sort: "newest" });
  expect(asked("CreateReview")).toMatchObject([
    {
      productId: boots.id,
      rating: 4,
      recommend: true,
      summary: "Dry feet",
      body: "Good in water.",
      mediaIds: [...community.media.keys()],
      values: [{ characteristicId: boots.characteristics[0]?.id, value: 4 }],
    },
  ]);
  await screen.findByText("2 reviews");
  await screen.findByRole("region", { name: "Your review" });
  expect(screen.queryByRole("button", { name: "Write a review" })).toBeNull();
  expect(sessionStorage.length).toBe(0);
});

test("what is missing is told at its field, and the first is focused", async () => {
  const { user, dialog, publish, asked } = await writing();
  await user.click(publish);
  await dialog.findByText("Choose 1 to 5 stars.");
  dialog.getByText("Choose one of the two.");
  dialog.getByText("Fill this in.");
  expect(document.activeElement).toBe(dialog.getByRole("radio", { name: "1 star: Poor" }));
  fill(dialog.getByLabelText("Headline (optional)"), "x".repeat(121));
  await user.click(publish);
  await dialog.findByText("At most 120 characters.");
  expect(asked("CreateReview").length).toBeLessThanOrEqual(1);
});

test("a second review of one product is refused in words", async () => {
  const { user, dialog, publish, judges, ada } = await writing();
  judges(ada, { body: "written on another device meanwhile" });
  await user.click(dialog.getByRole("radio", { name: "5 stars: Great" }));
  await user.click(dialog.getByRole("radio", { name: "No" }));
  fill(dialog.getByLabelText("Your review"), "again");
  await user.click(publish);
  await dialog.findByText(/You have reviewed this product already/);
});

test("a second try sends the same key", async () => {
  const { community, user, dialog, publish, asked } = await writing();
  community.faults.set("CreateReview", new ConnectError("boom", Code.Internal));
  await user.click(dialog.getByRole("radio", { name: "5 stars: Great" }));
  await user.click(dialog.getByRole("radio", { name: "No" }));
  fill(dialog.getByLabelText("Your review"), "Good.");
  await user.click(publish);
  await dialog.findByText("Something went wrong on our side.");
  community.faults.clear();
  await user.click(publish);
  await screen.findByText("Your review is out.");
  const keys = asked("CreateReview").map((message) => message.idempotencyKey);
  expect(new Set(keys).size).toBe(1);
});

test("a form that was closed by mistake is as it was", async () => {
  const { user, dialog } = await writing();
  await user.click(dialog.getByRole("radio", { name: "3 stars: Average" }));
  await user.type(dialog.getByLabelText("Your review"), "So so");
  await user.click(dialog.getByRole("button", { name: "Cancel" }));
  await user.click(screen.getByRole("button", { name: "Write a review" }));
  const again = within(await screen.findByRole("dialog", { name: "Review River boots" }));
  expect((again.getByRole("radio", { name: "3 stars: Average" }) as HTMLInputElement).checked).toBe(true);
  expect((again.getByLabelText("Your review") as HTMLTextAreaElement).value).toBe("So so");
});
