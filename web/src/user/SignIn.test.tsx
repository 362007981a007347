import { screen, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { village } from "../testing/people";
import { visit } from "../testing/visit";

async function fill(user: ReturnType<typeof visit>["user"], values: Record<string, string>) {
  for (const [label, value] of Object.entries(values)) {
    await user.type(await screen.findByLabelText(label), value);
  }
}

test("signing in leads home and begins a session", async () => {
  const { community, ada } = village();
  const { user, throng } = visit(community, "/signin");
  await fill(user, { "Handle or e-mail": "ada", Password: "correct horse" });
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByRole("form", { name: "New post" });
  expect(throng.session.current).toEqual({ userId: ada.id });
});

test("a wrong password is told, and the words stay", async () => {
  const { user, throng } = visit(village().community, "/signin");
  await fill(user, { "Handle or e-mail": "ada", Password: "wrong" });
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByText("No account has this name and password together.");
  expect((screen.getByLabelText("Handle or e-mail") as HTMLInputElement).value).toBe("ada");
  expect(throng.session.current).toBeNull();
});

test("a page for members leads by way of the door, and back", async () => {
  const { router, user } = visit(village().community, "/settings");
  await fill(user, { "Handle or e-mail": "ada", Password: "correct horse" });
  expect(router.state.location.search).toEqual({ next: "/settings" });
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByRole("heading", { name: "Settings" });
});

test.each(["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"])(
  "nobody is sent to %s after signing in",
  async (next) => {
    const { router, user } = visit(village().community, `/signin?next=${encodeURIComponent(next)}`);
    await fill(user, { "Handle or e-mail": "ada", Password: "correct horse" });
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await screen.findByRole("form", { name: "New post" });
    expect(router.state.location.href).toBe("/");
  },
);

test("what breaks the rules is told at its field, and the first of them is focused", async () => {
  const { user } = visit(village().community, "/signup");
  await fill(user, { Handle: "a b", "E-mail": "nowhere", Password: "short" });
  await user.click(screen.getByRole("button", { name: "Create account" }));
  const handle = screen.getByLabelText("Handle");
  await waitFor(() => expect(handle.getAttribute("aria-invalid")).toBe("true"));
  const error = document.getElementById(handle.getAttribute("aria-describedby") ?? "");
  expect(error?.textContent).toBe("3 to 30 letters, digits or _.");
  expect(screen.getByText("This is not an e-mail address.")).toBeTruthy();
  expect(screen.getByText("Must be at least 8 characters.")).toBeTruthy();
  expect(document.activeElement).toBe(handle);
});

test("a handle that is taken is told at its field", async () => {
  const { user } = visit(village().community, "/signup");
  await fill(user, { Handle: "Ben", "E-mail": "other@throng.test", Password: "correct horse" });
  await user.click(screen.getByRole("button", { name: "Create account" }));
  await screen.findByText("This handle is taken. Try another.");
  expect(screen.getByLabelText("Handle").getAttribute("aria-invalid")).toBe("true");
});

test("signing up makes an account and leads home", async () => {
  const { community } = village();
  const { user } = visit(community, "/signup");
  await fill(user, { Handle: "Dora", "E-mail": "dora@throng.test", Password: "correct horse" });
  await user.click(screen.getByRole("button", { name: "Create account" }));
  await screen.findByText("It is quiet here");
  expect(community.byHandle("dora")?.user.displayName).toBe("dora");
});
