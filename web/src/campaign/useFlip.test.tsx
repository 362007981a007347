import { render } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useFlip } from "./useFlip";

function Rows({ ids }: { ids: string[] }) {
  const list = useFlip<HTMLUListElement>();
  return (
    <ul ref={list}>
      {ids.map((id) => (
        <li data-row={id} key={id}>
          {id}
        </li>
      ))}
    </ul>
  );
}

let drawn: string[] = [];

beforeEach(() => {
  drawn = [];
  // The test environment lays nothing out: each row is 50 pixels high.
  vi.spyOn(HTMLElement.prototype, "offsetTop", "get").mockImplementation(function (this: HTMLElement) {
    return [...(this.parentElement?.children ?? [])].indexOf(this) * 50;
  });
  // The list is laid out once between the first and the last step.
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockImplementation(function (this: HTMLElement) {
    drawn = [...this.querySelectorAll("li")].map((row) => `${row.dataset.row} ${row.style.transform}`.trim());
    return 0;
  });
});

afterEach(() => void vi.restoreAllMocks());

const reduce = (matches: boolean) =>
  vi.spyOn(window, "matchMedia").mockImplementation(() => ({ matches }) as MediaQueryList);

test("rows that change places are drawn where they were, then let go", () => {
  reduce(false);
  const { rerender, getByText } = render(<Rows ids={["a", "b", "c"]} />);
  expect(drawn).toEqual([]);
  rerender(<Rows ids={["c", "a", "b"]} />);
  expect(drawn).toEqual(["c translateY(100px)", "a translateY(-50px)", "b translateY(-50px)"]);
  expect(getByText("c").style.transform).toBe("");
  expect(getByText("c").style.transition).toContain("transform");
});

test("who is new or stays where he was does not glide", () => {
  reduce(false);
  const { rerender } = render(<Rows ids={["a", "b"]} />);
  rerender(<Rows ids={["a", "b", "c"]} />);
  expect(drawn).toEqual([]);
});

test("whoever wants less motion sees places change at once", () => {
  reduce(true);
  const { rerender, getByText } = render(<Rows ids={["a", "b"]} />);
  rerender(<Rows ids={["b", "a"]} />);
  expect(drawn).toEqual([]);
  expect(getByText("a").style.transition).toBe("");
});
