import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { village } from "../testing/people";
import { visit } from "../testing/visit";

test("a profile has its name, words, counts and posts", async () => {
  const { community, ben, says } = village();
  ben.bio = "Boats, mostly.";
  says(ben, "afloat");
  visit(community, "/@BEN");
  await screen.findByRole("heading", { level: 1, name: "Ben" });
  expect(screen.getByText("Boats, mostly.")).toBeTruthy();
  await screen.findByText("afloat");
  await waitFor(() => expect(screen.getByRole("link", { name: "1 follower" })).toBeTruthy());
  expect(screen.getByRole("link", { name: "0 following" })).toBeTruthy();
});

test("following and unfollowing change the button and the count", async () => {
  const { community, ada, cleo } = village();
  const { user } = visit(community, "/@cleo", { as: "ada" });
  const follow = await screen.findByRole("button", { name: "Follow Cleo" });
  await waitFor(() => expect(follow.getAttribute("aria-disabled")).toBeNull());
  await user.click(follow);
  const following = await screen.findByRole("button", { name: "Following Cleo" });
  expect(community.follows.has(`${ada.id} ${cleo.id}`)).toBe(true);
  const profile = within(screen.getByRole("region", { name: "Profile" }));
  await profile.findByRole("link", { name: "1 follower" });
  await user.click(following);
  await screen.findByRole("button", { name: "Follow Cleo" });
  await profile.findByRole("link", { name: "0 followers" });
});

test("somebody is blocked after asking, and unblocked again", async () => {
  const { community, ada, ben, says } = village();
  says(ben, "afloat");
  const { user } = visit(community, "/@ben", { as: "ada" });
  await screen.findByText("afloat");
  await user.click(screen.getByRole("button", { name: "More about Ben" }));
  await user.click(screen.getByRole("menuitem", { name: "Block @ben" }));
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Block" }));
  await screen.findByText("You have blocked Ben");
  expect(screen.queryByText("afloat")).toBeNull();
  expect(community.follows.has(`${ada.id} ${ben.id}`)).toBe(false);
  await user.click(screen.getByRole("button", { name: "Unblock Ben" }));
  await screen.findByText("afloat");
  expect(community.blocks.size).toBe(0);
});

test("a visitor who would follow is led to the door", async () => {
  visit(village().community, "/@ben");
  const link = await screen.findByRole("link", { name: "Follow Ben" });
  expect(link.getAttribute("href")).toBe(`/signin?next=${encodeURIComponent("/@ben")}`);
});

test("only what was changed of a profile is sent", async () => {
  const { community, asked } = village();
  const { user } = visit(community, "/@ada", { as: "ada" });
  await user.click(await screen.findByRole("button", { name: "Edit profile" }));
  await user.type(screen.getByLabelText("About you"), "Bridges.");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await screen.findByText("Bridges.");
  const [message] = asked("UpdateProfile");
  expect(message?.bio).toBe("Bridges.");
  expect(message?.displayName).toBeUndefined();
  expect(message?.avatarMediaId).toBeUndefined();
});

test("a picture is set, changed for another before saving, and taken away", async () => {
  const { community, asked } = village();
  const { user } = visit(community, "/@ada", { as: "ada" });
  const edit = async () => {
    await user.click(await screen.findByRole("button", { name: "Edit profile" }));
    return screen.findByRole("dialog");
  };
  const dialog = await edit();
  const input = dialog.querySelector("input[type=file]") as HTMLInputElement;
  for (const name of ["one.png", "two.png"]) {
    fireEvent.change(input, { target: { files: [new File([name], name, { type: "image/png" })] } });
  }
  await waitFor(() => expect(community.media.size).toBeGreaterThan(0));
  await waitFor(() =>
    expect(within(dialog).getByRole("button", { name: "Save" }).getAttribute("aria-disabled")).toBeNull(),
  );
  await user.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(community.byHandle("ada")?.user.avatar).toBeDefined());
  const id = asked("UpdateProfile")[0]?.avatarMediaId as string;
  expect(new TextDecoder().decode(community.bytes.get(id))).toBe("two.png");

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.click(within(await edit()).getByRole("button", { name: "Remove picture" }));
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(community.byHandle("ada")?.user.avatar).toBeUndefined());
});

test("followers and following are two lists side by side", async () => {
  const { community } = village();
  const { user } = visit(community, "/@ben/followers", { as: "cleo" });
  await screen.findByRole("link", { name: "Ada" });
  await user.click(screen.getByRole("link", { name: "Following" }));
  await screen.findByText("Ben follows nobody yet");
});

test("an unknown handle is told", async () => {
  visit(village().community, "/@nobody");
  await screen.findByText("There is no @nobody");
});
