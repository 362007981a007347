import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { observe } from "../testing/community";
import { fair } from "../testing/fair";
import { visit } from "../testing/visit";

const march = (year: number) => Date.UTC(year, 2, 10);

test("a campaign shows the weather that its place has in its month", async () => {
  const { community, run, path } = fair({ locationId: "old mill" });
  // In Berlin it is March already.
  run.campaign.startsAt = timestampFromMs(Date.UTC(2031, 1, 28, 23, 30));
  observe(
    community,
    "Old Mill",
    { atMs: march(2016), temperature: 800, humidity: 7000 },
    { atMs: march(2017), temperature: 1100 },
    { atMs: Date.UTC(2017, 6, 1), temperature: 3000, windSpeed: 500 },
  );
  visit(community, path);
  const weather = await screen.findByRole("region", { name: "Weather to expect" });
  within(weather).getByRole("heading", { name: "Old Mill in March" });
  await waitFor(() => expect(weather.textContent).toContain("9.5 °C on average, 8.0 °C to 11.0 °C"));
  await waitFor(() => expect(weather.textContent).toContain("70.0 % humidity"));
  expect(weather.textContent).not.toContain("wind");
  expect(within(weather).getByRole("link").getAttribute("href")).toMatch(/^\/weather\?place=[0-9a-f-]{36}$/);
});

test("nothing is shown, and nothing fails, where the place is not one of the weather", async () => {
  const { community, path, asked } = fair({ locationId: "behind the barn" });
  visit(community, path);
  await screen.findByText("behind the barn");
  await waitFor(() => expect(asked("GetLocation")).toHaveLength(1));
  expect(screen.queryByRole("region", { name: "Weather to expect" })).toBeNull();
  expect(asked("GetClimate")).toHaveLength(0);
});
