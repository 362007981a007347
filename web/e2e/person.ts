import type { Page } from "playwright-core";

/** An account of a test, new for each run. */
export interface Person {
  handle: string;
  name: string;
  password: string;
}

const run = Date.now().toString(36).slice(-6);

export function person(name: string): Person {
  return { handle: `${name.toLowerCase()}_${run}`, name: `${name} ${run}`, password: `correct horse ${run}` };
}

/** Signs up as a person would and waits for the home page. */
export async function signUp(page: Page, who: Person): Promise<void> {
  await page.goto("/signup");
  await page.getByLabel("Handle").fill(who.handle);
  await page.getByLabel("Name (optional)").fill(who.name);
  await page.getByLabel("E-mail").fill(`${who.handle}@example.com`);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { name: "It is quiet here" }).waitFor();
}

/** Signs in as a person would and waits for the home page. */
export async function signIn(page: Page, who: Person): Promise<void> {
  await page.goto("/signin");
  await page.getByLabel("Handle or e-mail").fill(who.handle);
  await page.getByLabel("Password", { exact: true }).fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("form", { name: "New post" }).waitFor();
}
