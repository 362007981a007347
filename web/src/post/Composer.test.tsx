import { Code, ConnectError } from "@connectrpc/connect";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { UploadError } from "../media/put";
import { village } from "../testing/people";
import { visit } from "../testing/visit";

const picture = (name: string) => new File(["bytes"], name, { type: "image/png" });
const compose = async () => screen.findByRole("form", { name: "New post" });

function choose(form: HTMLElement, files: File[]) {
  const input = form.querySelector("input[type=file]") as HTMLInputElement;
  fireEvent.change(input, { target: { files } });
}

test("a post is on top of home at once", async () => {
  const { community, ben, says } = village();
  says(ben, "before");
  const { user } = visit(community, "/", { as: "ada" });
  await screen.findByText("before");
  await user.type(within(await compose()).getByLabelText("Your post"), "Hello");
  await user.click(screen.getByRole("button", { name: "Post" }));
  await waitFor(() => expect(screen.getAllByRole("article")[0]?.textContent).toContain("Hello"));
  expect((screen.getByLabelText("Your post") as HTMLTextAreaElement).value).toBe("");
  await screen.findByText("Your post is out.");
});

test("a second try after a failure sends the same key, changed words another", async () => {
  const { community, asked } = village();
  community.faults.set("CreatePost", new ConnectError("boom", Code.Internal));
  const { user } = visit(community, "/", { as: "ada" });
  const form = await compose();
  await user.type(within(form).getByLabelText("Your post"), "Hello");
  const send = async (times: number) => {
    await user.click(within(form).getByRole("button", { name: "Post" }));
    await waitFor(() => expect(asked("CreatePost")).toHaveLength(times));
    await within(form).findByText("Something went wrong on our side.");
  };
  await send(1);
  await send(2);
  await user.type(within(form).getByLabelText("Your post"), "!");
  await send(3);
  const [first, second, third] = asked("CreatePost").map((message) => message.idempotencyKey);
  expect(first).toBe(second);
  expect(third).not.toBe(first);
});

test("an empty post cannot be sent, nor one of more than 2,000 characters, counted as people count", async () => {
  const { community, asked } = village();
  const { user } = visit(community, "/", { as: "ada" });
  const form = await compose();
  const text = within(form).getByLabelText("Your post");
  const post = within(form).getByRole("button", { name: "Post" });
  expect(post.getAttribute("aria-disabled")).toBe("true");
  fireEvent.change(text, { target: { value: "😀".repeat(1990) } });
  expect(within(form).getByText("10 left")).toBeTruthy();
  expect(post.getAttribute("aria-disabled")).toBeNull();
  fireEvent.change(text, { target: { value: "😀".repeat(2001) } });
  expect(within(form).getByText("1 too many")).toBeTruthy();
  await user.click(post);
  expect(asked("CreatePost")).toHaveLength(0);
});

test("pictures are sent when they are chosen and named in the post, in order", async () => {
  const { community, asked } = village();
  const { user } = visit(community, "/", { as: "ada" });
  const form = await compose();
  choose(form, [picture("one.png"), picture("two.png")]);
  await waitFor(() => expect(community.media.size).toBe(2));
  await waitFor(() => expect(within(form).queryByRole("progressbar")).toBeNull());
  await user.click(within(form).getByRole("button", { name: "Post" }));
  await waitFor(() => expect(asked("CreatePost")).toHaveLength(1));
  expect(asked("CreatePost")[0]?.mediaIds).toEqual([...community.media.keys()]);
  await screen.findByRole("img", { name: "Picture 1 of 2 by Ada" });
});

test("no more than four pictures are taken, and one can be taken out", async () => {
  const { community } = village();
  const { user } = visit(community, "/", { as: "ada" });
  const form = await compose();
  choose(form, ["1", "2", "3", "4", "5"].map(picture));
  await screen.findByText("A post has at most 4 pictures.");
  const list = within(form).getByRole("list", { name: "Pictures" });
  expect(within(list).getAllByRole("img")).toHaveLength(4);
  await user.click(within(list).getByRole("button", { name: "Remove picture 2" }));
  expect(
    within(list)
      .getAllByRole("img")
      .map((img) => img.getAttribute("alt")),
  ).toEqual(["1", "3", "4"]);
});

test("a picture that does not arrive says why and holds the post back", async () => {
  const { community } = village();
  const put = () => Promise.reject(new UploadError("The connection broke while the picture was sent."));
  const { user } = visit(community, "/", { as: "ada", put });
  const form = await compose();
  choose(form, [picture("one.png")]);
  await within(form).findByText("The connection broke while the picture was sent.");
  const post = within(form).getByRole("button", { name: "Post" });
  expect(post.getAttribute("aria-disabled")).toBe("true");
  await user.click(within(form).getByRole("button", { name: "Remove picture 1" }));
  await user.type(within(form).getByLabelText("Your post"), "without");
  expect(post.getAttribute("aria-disabled")).toBeNull();
});

test("a draft outlives leaving the page", async () => {
  const { community } = village();
  const { user, router } = visit(community, "/", { as: "ada" });
  await user.type(within(await compose()).getByLabelText("Your post"), "half a thought");
  await router.navigate({ to: "/people" });
  await screen.findByRole("heading", { name: "People" });
  await router.navigate({ to: "/" });
  expect((within(await compose()).getByLabelText("Your post") as HTMLTextAreaElement).value).toBe(
    "half a thought",
  );
});
