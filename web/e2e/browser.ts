import { accessSync, constants, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts Chromium; playwright gives each start a fresh folder for its data. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: flags });
}

function findChromium(): string {
  const named = process.env.CHROMIUM;
  if (named) {
    return named;
  }
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  throw new Error("no Chromium on PATH: install it, or name it in CHROMIUM");
}

export const desktop = { width: 1360, height: 900 };
export const phone = { width: 390, height: 844 };

/** What went wrong in a page without the test's asking. */
export interface Watched {
  page: Page;
  faults: string[];
}

/**
 * A page in a browser context of its own, as a person with a device of his own.
 * Everything that a developer would find red in the console is collected, breaches
 * of the content security policy among it.
 */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: desktop, ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (err) => faults.push(`page error: ${err.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !isRefusal(message.text())) {
      faults.push(`console: ${message.text()} ${message.location().url}`);
    }
  });
  const named = new Set<string>();
  page.on("response", (response) => {
    if (response.request().resourceType() === "document") {
      for (const origin of uploadOrigins(response.headers()["content-security-policy"] ?? "")) {
        named.add(origin);
      }
    }
  });
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (
      protocol.startsWith("http") &&
      origin !== new URL(page.url()).origin &&
      page.url() !== "about:blank" &&
      !(request.method() === "PUT" && named.has(origin))
    ) {
      faults.push(`foreign request: ${request.url()}`);
    }
  });
  return { page, faults };
}

/** The servers to which a page's policy lets it send pictures: a store beside the deployment has an origin of its own. */
function uploadOrigins(policy: string): string[] {
  const directive = policy.split(";").find((part) => part.trim().startsWith("connect-src "));
  return (directive ?? "").split(/\s+/).filter((source) => source.startsWith("http"));
}

/** Chromium logs every answer of 400 and above, also those that a test provokes. */
function isRefusal(text: string): boolean {
  return /Failed to load resource: the server responded with a status of 4\d\d/.test(text);
}

/** Writes a picture of the page to the folder named by SHOTS, if it is. */
export async function shoot(page: Page, name: string, fullPage = false): Promise<void> {
  const folder = process.env.SHOTS;
  if (folder) {
    mkdirSync(folder, { recursive: true });
    await page.waitForTimeout(350);
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
  }
}
