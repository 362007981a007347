import type { Page } from "playwright-core";

const controls = new Set([
  "button",
  "checkbox",
  "combobox",
  "dialog",
  "feed",
  "link",
  "menu",
  "menuitem",
  "progressbar",
  "radio",
  "region",
  "searchbox",
  "textbox",
]);

interface AxNode {
  ignored: boolean;
  role?: { value: string };
  name?: { value: string };
  properties?: { name: string; value: { value?: unknown } }[];
}

/** What of a page a screen reader could not say, as the browser's accessibility tree has it. */
export async function unnamed(page: Page): Promise<string[]> {
  const devtools = await page.context().newCDPSession(page);
  const { nodes } = (await devtools.send("Accessibility.getFullAXTree")) as { nodes: AxNode[] };
  await devtools.detach();
  return nodes
    .filter((node) => !node.ignored && controls.has(node.role?.value ?? "") && !node.name?.value?.trim())
    .map((node) => `${page.url()}: ${node.role?.value} without a name`);
}

/** The few things that every page owes to those who do not see it. */
export async function outline(page: Page): Promise<string[]> {
  const problems: string[] = [];
  for (const [what, selector] of [
    ["main landmark", "main"],
    ["first heading", "h1"],
  ] as const) {
    const count = await page.locator(selector).count();
    if (count !== 1) {
      problems.push(`${page.url()}: ${count} of ${what}`);
    }
  }
  if (!(await page.title())) {
    problems.push(`${page.url()}: no title`);
  }
  return problems;
}
