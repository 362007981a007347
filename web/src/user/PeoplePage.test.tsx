import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { village } from "../testing/people";
import { visit } from "../testing/visit";

test("people are looked for once the typing pauses, and the address keeps the words", async () => {
  const { community, asked } = village();
  const { router } = visit(community, "/people", { as: "ada" });
  const box = await screen.findByRole("searchbox");
  for (const words of ["@", "@c", "@cl", "@cleo"]) {
    fireEvent.change(box, { target: { value: words } });
  }
  await screen.findByRole("link", { name: "Cleo" });
  expect(asked("SearchUsers").map((message) => message.query)).toEqual(["cleo"]);
  expect(router.state.location.search).toEqual({ q: "@cleo" });
  await waitFor(() =>
    expect(screen.getByRole("button", { name: "Follow Cleo" }).getAttribute("aria-disabled")).toBeNull(),
  );
});

test("nobody found is told", async () => {
  visit(village().community, "/people?q=zzz");
  await screen.findByText("Nobody goes by “zzz”");
});

test("words in the address are looked for at once", async () => {
  visit(village().community, "/people?q=be");
  await screen.findByRole("link", { name: "Ben" });
  expect((screen.getByRole("searchbox") as HTMLInputElement).value).toBe("be");
});
