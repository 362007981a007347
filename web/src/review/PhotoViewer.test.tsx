import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { receive } from "../testing/community";
import { shop } from "../testing/shop";
import { visit } from "../testing/visit";

function gallery(pictures: number) {
  const place = shop();
  const mediaIds = Array.from({ length: pictures }, () => place.community.nextId());
  for (const id of mediaIds) {
    receive(place.community, id, new Uint8Array([1]), "image/png");
  }
  place.judges(place.ben, { mediaIds });
  return { ...place, mediaIds };
}

const shown = () => screen.getByRole("dialog").querySelector("img")?.getAttribute("src") ?? "";

test("pictures open large, the arrows lead around, and the keyboard needs no mouse", async () => {
  const { community, path, mediaIds } = gallery(3);
  const { user } = visit(community, path);
  const second = await screen.findByRole("button", { name: "Open picture 2 of 3" });
  second.focus();
  await user.keyboard("{Enter}");
  await screen.findByRole("dialog", { name: "Picture 2 of 3 by Ben" });
  expect(shown()).toContain(mediaIds[1]);
  await user.keyboard("{ArrowRight}");
  await waitFor(() => expect(shown()).toContain(mediaIds[2]));
  await user.keyboard("{ArrowRight}");
  await waitFor(() => expect(shown()).toContain(mediaIds[0]));
  await user.keyboard("{End}");
  await waitFor(() => expect(shown()).toContain(mediaIds[2]));
  await user.click(screen.getByRole("button", { name: "Previous picture" }));
  await screen.findByRole("dialog", { name: "Picture 2 of 3 by Ben" });
  await user.click(screen.getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("one picture alone has no next one", async () => {
  const { community, path } = gallery(1);
  const { user } = visit(community, path);
  await user.click(await screen.findByRole("button", { name: "Open picture 1 of 1" }));
  await screen.findByRole("dialog", { name: "Picture by Ben" });
  expect(screen.queryByRole("button", { name: "Next picture" })).toBeNull();
});
