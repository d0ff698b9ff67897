import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../../visualize/page/assets/", import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith(".js"))
  .map((name) => /** @type {const} */ ([name, readFileSync(new URL(name, folder), "utf8")]));

test("imports and exports are as the page is put together", () => {
  for (const [file, source] of sources) {
    for (const [line] of source.matchAll(/^import\b[^;]*;$/gm)) {
      assert.match(line, /^import \{[^{}]+\} from "\.\/[a-z_]+\.js";$/, file);
      assert.doesNotMatch(line, / as /, file);
    }
    assert.doesNotMatch(source, /^export (default|\{|\*)/m, file);
  }
});

test("the page runs under its policy: no markup from data, no code from text", () => {
  for (const [file, source] of sources) {
    assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacentHTML|\beval\(|new Function|document\.write/, file);
  }
});
