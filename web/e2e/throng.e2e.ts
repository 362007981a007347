import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { outline, unnamed } from "./accessible";
import { openPage, phone, shoot, startBrowser, type Watched } from "./browser";
import { person, signUp } from "./person";
import { landscape } from "./png";
import { target } from "./target";

// Two people, each with a device of his own, from sign-up to a post that
// arrives. The tests build upon one another, in order.

const ada = person("Ada");
const ben = person("Ben");
const words = `The river is up again. Bring boots, @${ada.handle}!`;

let browser: Browser;
let server: Awaited<ReturnType<typeof target>>;
let adas: Watched;
let bens: Watched;
const others: Watched[] = [];

/** A further device, with nobody signed in. */
async function visitor(): Promise<Watched> {
  const opened = await openPage(browser, { baseURL: server.url });
  others.push(opened);
  return opened;
}

beforeAll(async () => {
  server = await target();
  browser = await startBrowser();
  adas = await openPage(browser, { baseURL: server.url, colorScheme: "light" });
  bens = await openPage(browser, {
    baseURL: server.url,
    colorScheme: "dark",
    viewport: phone,
    hasTouch: true,
  });
});

afterEach(() => {
  expect([adas, bens, ...others].flatMap(({ faults }) => faults)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

test("input that breaks the rules is told at its fields", async () => {
  const { page } = await visitor();
  await page.goto("/signup");
  await page.getByLabel("Handle").fill("a b");
  await page.getByLabel("E-mail").fill("nowhere");
  await page.getByLabel("Password", { exact: true }).fill("short");
  await page.getByRole("button", { name: "Create account" }).click();
  for (const label of ["Handle", "E-mail", "Password"]) {
    const field = page.getByLabel(label, { exact: true });
    await expect.poll(() => field.getAttribute("aria-invalid")).toBe("true");
    const id = await field.getAttribute("aria-describedby");
    expect(await page.locator(`[id="${id}"]`).textContent()).toMatch(/\w/);
  }
  expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("handle");
  await shoot(page, "signup-violations", true);
});

test("two people sign up", async () => {
  await signUp(adas.page, ada);
  await signUp(bens.page, ben);
  await shoot(bens.page, "home-empty-phone-dark");
});

test("a handle that is taken is told at its field", async () => {
  const { page } = await visitor();
  await page.goto("/signup");
  await page.getByLabel("Handle").fill(ada.handle.toUpperCase());
  await page.getByLabel("E-mail").fill(`other.${ada.handle}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill(ada.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("This handle is taken.").waitFor();
});

test("a wrong password is told", async () => {
  const { page } = await visitor();
  await page.goto("/signin");
  await page.getByLabel("Handle or e-mail").fill(ada.handle);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("No account has this name and password together.").waitFor();
  await shoot(page, "signin-wrong");
});

test("one signs in with the keyboard alone", async () => {
  const { page } = await visitor();
  await page.goto("/signin");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.keyboard.press("Tab");
  expect(await focused(page)).toBe("Skip to content");
  await page.keyboard.press("Enter");
  await tabTo(page, "login");
  await page.keyboard.type(ada.handle);
  await tabTo(page, "password");
  await page.keyboard.type(ada.password);
  await page.keyboard.press("Enter");
  await page.getByRole("form", { name: "New post" }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  await page.getByRole("dialog", { name: "New post" }).waitFor();
  expect(await focused(page)).toBe("Your post");
});

test("one finds the other and follows", async () => {
  const { page } = adas;
  await page.getByRole("link", { name: "Find people" }).click();
  await page.getByLabel("Search people by name or handle").fill(ben.handle);
  await page.getByRole("link", { name: ben.name }).click();
  await page.getByRole("heading", { level: 1, name: ben.name }).waitFor();
  await page.getByRole("button", { name: `Follow ${ben.name}` }).click();
  await page.getByRole("button", { name: `Following ${ben.name}` }).waitFor();
  await page.getByText("1 follower", { exact: true }).waitFor();
  await shoot(page, "profile-desktop-light");
});

test("a post with a picture arrives at the follower", async () => {
  await adas.page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Home" }).click();
  await adas.page.getByRole("heading", { name: "It is quiet here" }).waitFor();

  const { page } = bens;
  await page.getByLabel("Your post").fill(words);
  await page.locator("input[type=file]").setInputFiles({
    name: "river.png",
    mimeType: "image/png",
    buffer: landscape(320, 200, 1),
  });
  await page.getByRole("list", { name: "Pictures" }).getByRole("img").waitFor();
  await page.getByRole("button", { name: "Post", exact: true }).click();
  await page.getByRole("article").filter({ hasText: "The river is up again." }).waitFor();
  await shoot(page, "home-posted-phone-dark");

  await arrived(adas.page);
  const picture = adas.page.getByRole("article").getByRole("img", { name: `Picture by ${ben.name}` });
  await expect.poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(320);
  await shoot(adas.page, "home-desktop-light");
});

/** Within ten seconds, with a reload at most every two. */
async function arrived(page: Watched["page"]) {
  const post = page.getByRole("article").filter({ hasText: "The river is up again." });
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    const news = page.getByRole("button", { name: /new post/ }).filter({ hasText: /^\d+ new/ });
    await Promise.race([post.waitFor({ timeout: 2000 }), news.click({ timeout: 2000 })]).catch(
      () => undefined,
    );
    if (await post.isVisible()) {
      return;
    }
    await page.reload();
  }
  await post.waitFor({ timeout: 1 });
}

test("the follower likes it and answers", async () => {
  const { page } = adas;
  const post = page.getByRole("article").filter({ hasText: "The river is up again." });
  await post.getByRole("button", { name: "Like, 0 likes" }).click();
  await post.getByRole("button", { name: "Like, 1 like", pressed: true }).waitFor();
  await post.getByRole("link", { name: /^Reply/ }).click();
  await page.getByLabel("Your reply").fill("Which size?");
  await page.getByRole("button", { name: "Reply", exact: true }).click();
  await page.getByRole("feed", { name: "Replies" }).getByText("Which size?").waitFor();
  await page.reload();
  await page.getByRole("button", { name: "Like, 1 like", pressed: true }).first().waitFor();
  await page.getByRole("feed", { name: "Replies" }).getByText("Which size?").waitFor();
  await shoot(page, "post-desktop-light");
});

test("a reply is deleted after asking", async () => {
  const { page } = adas;
  const reply = page.getByRole("feed", { name: "Replies" }).getByRole("article");
  await reply.getByRole("button", { name: "More about this post" }).click();
  await page.getByRole("menuitem", { name: "Delete post" }).click();
  await page.getByRole("button", { name: "Delete post" }).click();
  await page.getByText("No replies yet.").waitFor();
});

test("the profile is edited and shows everywhere", async () => {
  const { page } = bens;
  await page.getByRole("link", { name: "Profile" }).click();
  await page.getByRole("button", { name: "Edit profile" }).press("Enter");
  await page.getByRole("dialog", { name: "Edit profile" }).press("Escape");
  await expect.poll(() => focused(page)).toBe("Edit profile");
  await page.getByRole("button", { name: "Edit profile" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit profile" });
  await dialog.getByLabel("About you").fill("Boots, mostly.\nhttps://boots.example");
  await dialog.locator("input[type=file]").setInputFiles({
    name: "me.png",
    mimeType: "image/png",
    buffer: landscape(200, 300, 2),
  });
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("Boots, mostly.").waitFor();
  await page.getByRole("region", { name: "Profile" }).locator("img").waitFor();
  await shoot(page, "own-profile-phone-dark");
});

test("every control has a name, on every page", async () => {
  const problems: string[] = [];
  for (const [device, paths] of [
    [adas, ["/", "/people?q=a", `/@${ben.handle}`, `/@${ben.handle}/followers`, "/settings", "/nowhere"]],
    [bens, ["/", "/settings"]],
    [await visitor(), ["/", "/signin", "/signup", `/@${ben.handle}`]],
  ] as const) {
    for (const path of paths) {
      await device.page.goto(path);
      await device.page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
      await device.page.waitForTimeout(400);
      problems.push(...(await unnamed(device.page)), ...(await outline(device.page)));
    }
  }
  expect(problems).toEqual([]);
});

test("the theme is chosen and kept", async () => {
  const { page } = adas;
  await page.goto("/settings");
  await page.getByText("Dark", { exact: true }).click();
  await page.reload();
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");
  await page.goto("/");
  await page.getByRole("article").first().waitFor();
  await shoot(page, "home-desktop-dark");
});

test("a lost network is told, and found again by itself", async () => {
  const { page, faults } = adas;
  await page.goto("/");
  await page.getByRole("article").first().waitFor();
  // By now the files of the other pages are here.
  await page.waitForTimeout(4000);
  await page.context().setOffline(true);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "People" }).click();
  await page.getByLabel("Search people by name or handle").fill(ben.handle);
  await page.getByText("You are offline.").waitFor();
  await shoot(page, "offline-desktop-dark");
  await page.context().setOffline(false);
  await page.getByRole("link", { name: ben.name }).waitFor();
  await expect.poll(() => page.getByText("You are offline.").count()).toBe(0);
  faults.splice(0, faults.length, ...faults.filter((fault) => !/ERR_INTERNET_DISCONNECTED/.test(fault)));
});

test("tabs that begin at once share one session", async () => {
  const tabs = await Promise.all([1, 2, 3].map(() => bens.page.context().newPage()));
  await Promise.all(tabs.map((tab) => tab.goto(server.url)));
  // Each trades the one refresh token that works once; none may trade it twice.
  await Promise.all(tabs.map((tab) => tab.getByRole("article").first().waitFor()));
  await Promise.all(tabs.slice(1).map((tab) => tab.close()));
});

test("logging out closes what is the member's own, in every tab", async () => {
  const { page } = bens;
  const [other] = page
    .context()
    .pages()
    .filter((each) => each !== page);
  await page.goto("/settings");
  await page.getByRole("button", { name: "Log out" }).click();
  await other?.getByRole("heading", { name: "A crowd is made of people." }).waitFor();
  expect(other).toBeDefined();
  await page.waitForURL(/\/(signin.*)?$/);
  await page.goto("/settings");
  await page.waitForURL(/signin\?next=/);
  await shoot(page, "signin-phone-dark");
});

/** Presses Tab until a field has the focus, as one would who does not see where it is. */
async function tabTo(page: Watched["page"], name: string) {
  for (let presses = 0; presses < 25; presses++) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(() => document.activeElement?.getAttribute("name"))) === name) {
      return;
    }
  }
  throw new Error(`the keyboard does not reach ${name}`);
}

function focused(page: Watched["page"]): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
  });
}
