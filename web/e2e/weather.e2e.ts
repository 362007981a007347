import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { outline, unnamed } from "./accessible";
import { openPage, phone, shoot, startBrowser, type Watched } from "./browser";
import { observe } from "./observe";
import { person, signIn } from "./person";
import { organizer, target } from "./target";

// A place with ten days of weather, looked at by a visitor with a mouse and by one
// with a keyboard, and the campaign that takes place there.

const run = person("x").handle.slice(-6);
const place = `Weather Bay ${run}`;
const day = 24 * 3_600_000;
const begin = Date.UTC(2017, 0, 1, 9);

let browser: Browser;
let server: Awaited<ReturnType<typeof target>>;
let walts: Watched;
let veras: Watched;

beforeAll(async () => {
  server = await target();
  browser = await startBrowser();
  await observe(
    server.url,
    organizer,
    Array.from({ length: 10 }, (_, n) => ({
      location: place,
      atMs: begin + n * day,
      temperature: 2000 + n * 100,
      humidity: 5000,
    })),
  );
  walts = await openPage(browser, { baseURL: server.url, colorScheme: "light" });
  veras = await openPage(browser, {
    baseURL: server.url,
    colorScheme: "dark",
    viewport: phone,
    hasTouch: true,
  });
});

afterEach(() => {
  expect([walts, veras].flatMap(({ faults }) => faults)).toEqual([]);
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

test("a place is found while one types, and its average is there", async () => {
  const { page } = walts;
  await page.goto("/people");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Weather" }).click();
  const box = page.getByRole("combobox", { name: "Place" });
  await box.pressSequentially(place.toUpperCase().slice(0, -1));
  // Until then the places of the words before are shown.
  await expect.poll(() => page.getByRole("option").first().textContent()).toBe(place);
  await box.press("ArrowDown");
  expect(await box.getAttribute("aria-activedescendant")).toBeTruthy();
  await box.press("Enter");
  await page.getByRole("heading", { level: 1, name: `Weather in ${place}` }).waitFor();
  await page.getByRole("region", { name: "On average" }).getByText("24.5 °C").first().waitFor();
  expect([...(await unnamed(page)), ...(await outline(page))]).toEqual([]);
  await fits(page);
});

test("the plot is read with the mouse and with the keys, and stands as a table", async () => {
  const { page } = walts;
  await page.getByLabel("In steps of").selectOption("day");
  const plot = page.getByRole("slider", { name: `Temperature in ${place}` });
  await plot.waitFor();
  await plot.hover({ position: { x: 2, y: 20 } });
  expect(await plot.getAttribute("aria-valuetext")).toContain("20.0 °C");
  await plot.focus();
  await page.keyboard.press("End");
  expect(await plot.getAttribute("aria-valuetext")).toContain("29.0 °C");
  await shoot(page, "weather-desktop-light", true);
  await page.getByText("As a table").click();
  await expect.poll(() => page.getByRole("row").count()).toBe(11);
});

test("the address is shared, and shows another the same", async () => {
  await walts.page.getByLabel("Measure").selectOption("humidity");
  await walts.page.getByRole("button", { name: "Last 7 days" }).click();
  await expect.poll(() => new URL(walts.page.url()).search).toContain("from=2017-01-04");
  const shared = new URL(walts.page.url());
  const { page } = veras;
  await page.goto(shared.pathname + shared.search);
  await page.getByRole("region", { name: "On average" }).getByText("50.0 %").first().waitFor();
  await page.getByText("7 values").waitFor();
  await page.getByRole("slider", { name: `Humidity in ${place}` }).waitFor();
  await fits(page);
  await shoot(page, "weather-phone-dark", true);
});

test("what makes no sense is answered clearly", async () => {
  const { page } = veras;
  await page.goto(`/weather?place=${encodeURIComponent(place)}&from=2017-02-01&to=2017-01-01`);
  await page.getByText("The period ends before it begins.").waitFor();
  await page.goto(`/weather?place=${encodeURIComponent(place)}&from=1990-01-01&interval=hour`);
  await page.getByText(/^That would be/).waitFor();
  await page.goto("/weather?place=nowhere+at+all");
  await page.getByText("There is no such place").waitFor();
  expect([...(await unnamed(page)), ...(await outline(page))]).toEqual([]);
  await fits(page);
});

test("a campaign there shows the weather of its month", async () => {
  const { page, faults } = await openPage(browser, { baseURL: server.url, colorScheme: "light" });
  await signIn(page, organizer);
  await page.goto("/campaigns/new");
  await page.getByLabel("Title").fill(`Bay days ${run}`);
  await page.getByLabel("What it is about").fill("Clean the bay.");
  await page.getByRole("combobox", { name: "Place (optional)" }).fill(place.toLowerCase());
  const year = new Date().getUTCFullYear() + 1;
  await page.getByLabel("Start").fill(`${year}-01-15T10:00`);
  await page.getByLabel("End", { exact: true }).fill(`${year}-01-15T18:00`);
  await page.getByRole("button", { name: "Announce" }).click();
  const weather = page.getByRole("region", { name: "Weather to expect" });
  await weather.getByRole("heading", { name: `${place} in January` }).waitFor();
  await weather.getByText("24.5 °C").waitFor();
  await shoot(page, "campaign-weather-desktop-light", true);
  await weather.getByRole("link", { name: "More of its weather" }).click();
  await page.getByRole("heading", { level: 1, name: `Weather in ${place}` }).waitFor();
  expect(faults).toEqual([]);
});

/** Nothing sticks out at the sides. */
async function fits(page: Page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}
