import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { unnamed } from "./accessible";
import { type Elsewhere, signUpElsewhere } from "./account";
import { desktop, openPage, phone, shoot, startBrowser, type Watched } from "./browser";
import { person, signIn } from "./person";
import { target } from "./target";

// A reader at home in a real browser, while others write elsewhere. The tests
// build upon one another, in order.

const nora = person("Nora");
const omar = person("Omar");

let browser: Browser;
let server: Awaited<ReturnType<typeof target>>;
let noraElsewhere: Elsewhere;
let omarElsewhere: Elsewhere;

beforeAll(async () => {
  server = await target();
  browser = await startBrowser();
  noraElsewhere = await signUpElsewhere(server.url, nora);
  omarElsewhere = await signUpElsewhere(server.url, omar);
  await noraElsewhere.follows(omarElsewhere);
  for (let n = 1; n <= 50; n++) {
    // Of different heights, as posts are.
    await omarElsewhere.says(`Post ${n}. ${"The tide comes in twice a day. ".repeat((n * 7) % 13)}`);
  }
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

const devices: [name: string, options: BrowserContextOptions][] = [
  ["desktop-light", { viewport: desktop, colorScheme: "light" }],
  ["phone-dark", { viewport: phone, colorScheme: "dark", hasTouch: true, deviceScaleFactor: 2 }],
];

describe.each(devices)("on %s", (device, options) => {
  let opened: Watched;
  let page: Page;

  beforeAll(async () => {
    opened = await openPage(browser, { ...options, baseURL: server.url });
    page = opened.page;
    await signIn(page, nora);
    await page.getByRole("article").first().waitFor();
  });

  afterAll(async () => {
    await page?.context().close();
    expect(opened.faults).toEqual([]);
  });

  test("why a post is here is asked and read with the keyboard alone", async () => {
    const menu = page.getByRole("article").first().getByRole("button", { name: "More about this post" });
    await menu.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menu").waitFor();
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Why is this here?");
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Why is this here?" });
    await dialog.getByText(`You follow ${omar.name}, so it is in your home timeline.`).waitFor();
    await dialog.getByRole("region", { name: "How it came" }).waitFor();
    expect(await unnamed(page)).toEqual([]);
    await fits(page);
    await shoot(page, `explain-${device}`);

    for (let presses = 0; presses < 5; presses++) {
      await page.keyboard.press("Tab");
      // Past the last control is the browser's own bar, never the page behind.
      expect(
        await page.evaluate(() => {
          const { activeElement, body } = document;
          return activeElement === body || activeElement?.closest("dialog") !== null;
        }),
      ).toBe(true);
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await menu.evaluate((button) => button === document.activeElement)).toBe(true);
  });

  test("what arrives moves nothing that is looked at", async () => {
    await scrollTo(page, 3000);
    const before = await inView(page);
    expect(before.length).toBeGreaterThan(1);

    for (const n of [1, 2, 3]) {
      await omarElsewhere.says(`News ${n} for ${device}`);
    }
    await pill(page, "3 new posts").waitFor();
    expect(await inView(page)).toEqual(before);
    await fits(page);
    await shoot(page, `news-${device}`);

    // What Nora writes elsewhere comes in by itself, far above.
    const own = await noraElsewhere.says(`From my other device, not ${device}`);
    await page.locator(`[data-post="${own}"]`).waitFor({ state: "attached" });
    await pill(page, "3 new posts").waitFor();
    expect(await inView(page)).toEqual(before);
  });

  test("the pill is reached by the keyboard, brings the news in and goes there", async () => {
    await pill(page, "3 new posts").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
    const texts = await page.getByRole("article").allTextContents();
    const [own, ...news] = texts.slice(0, 4);
    expect(own).toContain(`From my other device, not ${device}`);
    expect(news.map((text) => /News \d/.exec(text)?.[0])).toEqual(["News 3", "News 2", "News 1"]);
    expect(new Set(texts).size).toBe(texts.length);
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent))
      .toContain(`News 3 for ${device}`);
    expect(await page.locator("[data-action=news]").count()).toBe(0);
  });

  test("at the top the pill lies over the timeline and moves nothing", async () => {
    await settled(page);
    const before = await inView(page);
    await omarElsewhere.says(`At the top, for ${device}`);
    await pill(page, "1 new post").waitFor();
    expect(await inView(page)).toEqual(before);
    await shoot(page, `news-top-${device}`);
    await page.keyboard.press(".");
    await page.getByText(`At the top, for ${device}`).waitFor();
  });
});

test("a browser without scroll anchoring keeps the place too", async () => {
  const { page } = await openPage(browser, { baseURL: server.url, viewport: phone });
  await page.addInitScript(() => {
    CSS.supports = () => false;
    document.addEventListener("DOMContentLoaded", () => {
      document.documentElement.style.setProperty("overflow-anchor", "none");
    });
  });
  await signIn(page, nora);
  await page.getByRole("article").first().waitFor();
  await scrollTo(page, 3000);
  const before = await inView(page);
  const own = await noraElsewhere.says("Far above.");
  await page.locator(`[data-post="${own}"]`).waitFor({ state: "attached" });
  expect(await inView(page)).toEqual(before);
  await page.context().close();
});

test("news from while the line was broken come once it is back, each once", async () => {
  const { page } = await openPage(browser, { baseURL: server.url });
  const lines = await watchLines(page);
  await signIn(page, nora);
  await page.getByRole("article").first().waitFor();
  await omarElsewhere.says("Before the tunnel.");
  await pill(page, "1 new post").waitFor();
  await page.context().setOffline(true);
  const begun = await lines.begun();
  await lines.cut();
  await omarElsewhere.says("In the tunnel.");
  await expect.poll(lines.begun, { timeout: 10_000 }).toBeGreaterThan(begun);
  await page.context().setOffline(false);
  await omarElsewhere.says("After the tunnel.");
  await pill(page, "3 new posts").click();
  await page.getByText("After the tunnel.").waitFor();
  const texts = await page.getByRole("article").allTextContents();
  expect(texts.flatMap((text) => /(Before|In|After) the tunnel/.exec(text)?.[1] ?? [])).toEqual([
    "After",
    "In",
    "Before",
  ]);
  await page.context().close();
});

/** Counts the streams that a page begins, and cuts the present one as a network does. */
async function watchLines(page: Page) {
  await page.addInitScript(() => {
    const { fetch } = window;
    let cut = new AbortController();
    addEventListener("cut", () => {
      cut.abort(new TypeError("network error"));
      cut = new AbortController();
    });
    window.fetch = (input, init) => {
      if (!String(input).endsWith("/WatchHomeTimeline")) {
        return fetch(input, init);
      }
      performance.mark("line");
      const signals = init?.signal ? [init.signal, cut.signal] : [cut.signal];
      return fetch(input, { ...init, signal: AbortSignal.any(signals) });
    };
  });
  return {
    begun: () => page.evaluate(() => performance.getEntriesByName("line").length),
    cut: () => page.evaluate(() => void dispatchEvent(new Event("cut"))),
  };
}

function pill(page: Page, name: string) {
  return page.getByRole("button", { name, exact: true });
}

/** Nothing sticks out at the sides. */
async function fits(page: Page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

/** Goes down as a reader does, so that every further page comes; then waits until all stands. */
async function scrollTo(page: Page, y: number) {
  await expect
    .poll(() =>
      page.evaluate((to) => {
        window.scrollTo({ top: to, behavior: "instant" });
        return scrollY;
      }, y),
    )
    .toBe(y);
  await settled(page);
}

/** Waits until nothing in view has moved for half a second of frames. */
async function settled(page: Page) {
  await page.evaluate(async () => {
    const look = () =>
      [...document.querySelectorAll("[data-post]")].map((post) => post.getBoundingClientRect().top).join();
    for (let [same, last] = [0, look()]; same < 30; ) {
      await new Promise(requestAnimationFrame);
      const next = look();
      same = next === last ? same + 1 : 0;
      last = next;
    }
  });
}

/** The posts that are in view and where they stand, to the pixel. */
async function inView(page: Page): Promise<{ id: string; top: number }[]> {
  await settled(page);
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>("[data-post]")].flatMap((post) => {
      const { top, bottom } = post.getBoundingClientRect();
      return bottom > 0 && top < innerHeight ? [{ id: post.dataset.post ?? "", top: Math.round(top) }] : [];
    }),
  );
}
