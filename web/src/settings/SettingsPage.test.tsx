import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { signIn } from "../testing/community";
import { village } from "../testing/people";
import { visit } from "../testing/visit";
import { deviceOf } from "./device";

function atSettings() {
  const people = village();
  const account = people.community.byHandle("ada");
  if (!account) {
    throw new Error("ada is not at home");
  }
  signIn(people.community, account);
  return { ...people, account, ...visit(people.community, "/settings", { as: "ada" }) };
}

test("sessions are listed, and another is signed out", async () => {
  const { user, account } = atSettings();
  const section = await screen.findByRole("region", { name: "Where you are signed in" });
  await within(section).findByText("This device");
  expect(within(section).getAllByText("Chrome on Linux")).toHaveLength(2);
  await user.click(within(section).getByRole("button", { name: "Sign out Chrome on Linux" }));
  await waitFor(() => expect(within(section).getAllByRole("listitem")).toHaveLength(1));
  expect(account.sessions).toHaveLength(1);
});

test("the password is changed; a wrong one is told at its field", async () => {
  const { user, account } = atSettings();
  await user.type(await screen.findByLabelText("Present password"), "wrong");
  await user.type(screen.getByLabelText("New password"), "battery staple");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  await screen.findByText("That is not your present password.");
  expect(screen.getByLabelText("Present password").getAttribute("aria-invalid")).toBe("true");
  await user.clear(screen.getByLabelText("Present password"));
  await user.type(screen.getByLabelText("Present password"), "correct horse");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  await waitFor(() => expect(account.password).toBe("battery staple"));
  expect(account.sessions).toHaveLength(1);
});

test("the account is deleted with the password, and one is out", async () => {
  const { user, community, throng } = atSettings();
  await user.click(await screen.findByRole("button", { name: "Delete account" }));
  await user.type(within(screen.getByRole("dialog")).getByLabelText("Your password"), "correct horse");
  await user.click(screen.getByRole("button", { name: "Delete for good" }));
  await waitFor(() => expect(community.byHandle("ada")).toBeUndefined());
  expect(throng.session.current).toBeNull();
  await screen.findByRole("heading", { name: "Sign in" });
});

test("logging out ends the session on the server and leads to the door", async () => {
  const { user, account, throng } = atSettings();
  await user.click(await screen.findByRole("button", { name: "Log out" }));
  await waitFor(() => expect(account.sessions).toHaveLength(1));
  expect(throng.session.current).toBeNull();
  await screen.findByRole("heading", { name: "Sign in" });
});

test("the theme is put on the page and kept", async () => {
  const { user } = atSettings();
  await user.click(await screen.findByRole("radio", { name: "Dark" }));
  expect(document.documentElement.dataset.theme).toBe("dark");
  expect(localStorage.getItem("throng.theme")).toBe("dark");
  await user.click(screen.getByRole("radio", { name: "As the system" }));
  expect(document.documentElement.dataset.theme).toBeUndefined();
});

test.each([
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604",
    "Safari on iPhone",
  ],
  [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537 Chrome/140 Safari/537 Edg/140",
    "Edge on Windows",
  ],
  ["Mozilla/5.0 (Macintosh; Intel Mac OS X 15.1; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on macOS"],
  ["throng-go/0.1", "throng-go/0.1"],
  ["", "Unknown device"],
])("%j is called %s", (agent, name) => {
  expect(deviceOf(agent)).toBe(name);
});
