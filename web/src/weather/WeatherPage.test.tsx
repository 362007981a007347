import { Code, ConnectError } from "@connectrpc/connect";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { station } from "../testing/station";
import { visit } from "../testing/visit";

const place = () => screen.findByRole("combobox", { name: "Place" });

test("a place is found while one types, by the keyboard alone, and its average is there at once", async () => {
  const { community, sydney, observes } = station();
  observes("Sydenham");
  const { user, router } = visit(community, "/weather");
  await screen.findByText("The weather of which place?");
  const box = await place();
  await user.type(box, "syd");
  await screen.findByRole("option", { name: "Sydney" });
  expect(box.getAttribute("aria-expanded")).toBe("true");
  await user.keyboard("{ArrowDown}{ArrowDown}");
  const active = document.getElementById(box.getAttribute("aria-activedescendant") ?? "");
  expect(active?.textContent).toBe("Sydney");
  expect(active?.getAttribute("aria-selected")).toBe("true");
  expect(document.activeElement).toBe(box);
  await user.keyboard("{Enter}");
  await screen.findByRole("heading", { level: 1, name: "Weather in Sydney" });
  const average = within(await screen.findByRole("region", { name: "On average" }));
  await average.findByText("24.5 °C");
  average.getByText("20.0 °C");
  average.getByText("29.0 °C");
  average.getByText("10 values");
  expect(router.state.location.search).toEqual({ place: sydney.location.id });
  expect(box.getAttribute("aria-expanded")).toBe("false");
});

test("a misspelt place is found, an unknown one is told, and Escape closes and clears", async () => {
  const { community } = station();
  const { user } = visit(community, "/weather");
  const box = (await place()) as HTMLInputElement;
  await user.type(box, "sidney");
  await screen.findByRole("option", { name: "Sydney" });
  await user.clear(box);
  await user.type(box, "xyz");
  await screen.findByText("No place is like “xyz”.", { selector: "[role=status]" });
  await user.keyboard("{Escape}");
  expect(box.getAttribute("aria-expanded")).toBe("false");
  await user.keyboard("{Escape}");
  expect(box.value).toBe("");
});

test("an address tells place, measure, period and steps", async () => {
  const { community, path, asked } = station();
  visit(community, `${path}&measure=humidity&from=2017-01-02&to=2017-01-04&interval=day`);
  const average = within(await screen.findByRole("region", { name: "On average" }));
  await average.findByText("50.2 %");
  average.getByText("3 values");
  expect(asked("GetSeries")).toMatchObject([{ metric: 2, interval: 2 }]);
  expect((screen.getByLabelText("From") as HTMLInputElement).value).toBe("2017-01-02");
  expect((screen.getByLabelText("To (inclusive)") as HTMLInputElement).value).toBe("2017-01-04");
});

test("measure, period and steps are chosen, and the address follows", async () => {
  const { community, path, sydney } = station();
  const { user, router } = visit(community, path);
  await user.selectOptions(await screen.findByLabelText("Measure"), "Humidity");
  await waitFor(() => expect(router.state.location.search).toMatchObject({ measure: "humidity" }));
  await user.selectOptions(screen.getByLabelText("In steps of"), "Months");
  await user.click(screen.getByRole("button", { name: "Last 7 days" }));
  await waitFor(() =>
    expect(router.state.location.search).toEqual({
      place: sydney.location.id,
      measure: "humidity",
      from: "2017-01-04",
      to: "2017-01-10",
    }),
  );
  expect(screen.getByRole("button", { name: "Last 7 days" }).getAttribute("aria-pressed")).toBe("true");
  fireEvent.change(screen.getByLabelText("To (inclusive)"), { target: { value: "2017-01-05" } });
  await waitFor(() => expect(router.state.location.search).toMatchObject({ to: "2017-01-05" }));
});

test("the plot is read by the keyboard and by the pointer, and stands as a table too", async () => {
  const { community, path } = station();
  const { user } = visit(community, `${path}&interval=day`);
  const plot = await screen.findByRole("slider", { name: "Temperature in Sydney" });
  expect(plot.getAttribute("aria-valuemax")).toBe("10");
  plot.focus();
  await user.keyboard("{End}{ArrowLeft}");
  expect(plot.getAttribute("aria-valuetext")).toBe(
    "Jan 9, 2017: 28.0 °C on average, 28.0 °C to 28.0 °C, 1 value",
  );
  expect(plot.getAttribute("aria-valuenow")).toBe("9");
  plot.getBoundingClientRect = () => ({ left: 0, width: 900, top: 0, height: 100 }) as DOMRect;
  fireEvent.pointerMove(plot, { clientX: 310 });
  expect(plot.getAttribute("aria-valuetext")).toMatch(/^Jan 4, 2017: 23.0 °C/);
  await user.click(screen.getByText("As a table"));
  const rows = within(await screen.findByRole("table")).getAllByRole("row");
  expect(rows).toHaveLength(11);
  expect(rows[1]?.textContent).toBe("Jan 1, 201720.0 °C20.0 °C20.0 °C1");
});

test.each([
  ["from=2017-02-01&to=2017-01-01", "The period ends before it begins."],
  ["from=1017-01-01&to=2017-01-01", "A day from 1900 to 2199."],
  ["from=2019-01-01", "Nothing was measured in this period"],
  ["from=1990-01-01&to=1990-02-01", "Nothing was measured in this period."],
  ["from=1990-01-01&to=2017-01-01&interval=day", /That would be 9,863 days/],
])("a period such as %s is answered clearly", async (period, said) => {
  const { community, path } = station();
  visit(community, `${path}&${period}`);
  await screen.findByText(said);
});

test("a place that is not there says so, and one without observations too", async () => {
  const { community, observes } = station();
  const { router } = visit(community, "/weather?place=Atlantis");
  await screen.findByText("There is no such place");
  observes("Nowhere");
  await router.navigate({ to: "/weather", search: { place: "nowhere" } });
  await screen.findByText("Nothing was measured there yet");
});

test("what cannot be fetched says so, and the rest stays", async () => {
  const { community, path } = station();
  community.faults.set("GetSeries", new ConnectError("boom", Code.Internal));
  const { user } = visit(community, path);
  await screen.findByText("Something went wrong on our side.");
  await screen.findByText("24.5 °C");
  community.faults.clear();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByRole("slider");
});
