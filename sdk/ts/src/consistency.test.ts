import { expect, test } from "vitest";
import { ConsistencyToken } from "./consistency";
import { position } from "./fakes";
import { memoryStorage } from "./storage";

test("the greater position is kept, whichever came last", () => {
  const token = new ConsistencyToken();
  token.observe(position(7));
  token.observe(position(300));
  token.observe(position(299));
  expect(token.current).toBe(position(300));
});

test("positions above 2^53 are told apart", () => {
  const token = new ConsistencyToken();
  const high = (low: number) => {
    const bytes = Uint8Array.of(1, 0xff, 0, 0, 0, 0, 0, 0, low);
    return btoa(String.fromCharCode(...bytes));
  };
  token.observe(high(2));
  token.observe(high(1));
  expect(token.current).toBe(high(2));
});

test("of two tokens each may be ahead in a part, and what is held reaches both", () => {
  const both = (log: number, clock: number) => {
    const bytes = Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0, log, 0, 0, 0, 0, 0, 0, 0, clock);
    return btoa(String.fromCharCode(...bytes)).replaceAll("=", "");
  };
  const token = new ConsistencyToken();
  token.observe(position(5));
  token.observe(both(3, 8));
  expect(token.current).toBe(both(5, 8));
  token.observe(both(6, 7));
  expect(token.current).toBe(both(6, 8));
  token.observe(position(4));
  expect(token.current).toBe(both(6, 8));
});

test("an answer without a token changes nothing", () => {
  const token = new ConsistencyToken();
  token.observe(position(7));
  token.observe(null);
  expect(token.current).toBe(position(7));
});

test("of tokens that cannot be compared the later is kept", () => {
  const token = new ConsistencyToken();
  token.observe(position(9));
  token.observe(position(1, 2));
  expect(token.current).toBe(position(1, 2));
  token.observe("of another make");
  expect(token.current).toBe("of another make");
});

test("tabs that share a storage share the newest position", () => {
  const storage = memoryStorage();
  const [one, other] = [new ConsistencyToken(), new ConsistencyToken()];
  one.observe(position(5));
  one.keepIn(storage);
  other.keepIn(storage);
  expect(other.current).toBe(position(5));
  other.observe(position(6));
  expect(one.current).toBe(position(6));
});

test("after withdrawing, a tab goes on alone from where it was", () => {
  const storage = memoryStorage();
  const token = new ConsistencyToken();
  token.keepIn(storage);
  token.observe(position(5));
  token.withdraw();
  expect(token.current).toBe(position(5));
  const other = new ConsistencyToken();
  other.keepIn(storage);
  expect(other.current).toBeUndefined();
});
