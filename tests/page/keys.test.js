import assert from "node:assert/strict";
import { test } from "node:test";
import { deedOf, PAGE_KEYS } from "../../visualize/page/assets/keys.js";

const press = (key, inside = "", more = {}) => ({
  key,
  target: { closest: (names) => names.split(", ").includes(inside) || null },
  ...more,
});

test("each key does one thing", () => {
  const keys = PAGE_KEYS.flatMap((entry) => entry.keys);
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(deedOf(press("/")), "search");
  assert.equal(deedOf(press("ArrowDown")), "next");
  assert.equal(deedOf(press("y")), "");
});

test("what is typed into a field is no command, nor what the browser keeps", () => {
  assert.equal(deedOf(press("s", "input")), "");
  assert.equal(deedOf(press("Enter", "button")), "");
  assert.equal(deedOf(press("s", "button")), "skip");
  assert.equal(deedOf(press("f", "", { ctrlKey: true })), "");
});
