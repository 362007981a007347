import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";

// A page printed with every failure hides the failure.
configure({
  asyncUtilTimeout: 8_000,
  getElementError: (message) => new Error(message?.split("\n")[0] ?? "not found"),
});

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  // The test environment draws nothing and so has nowhere to scroll to.
  window.scrollTo = () => {};
  Element.prototype.scrollIntoView ??= () => {};
});

afterEach(cleanup);
