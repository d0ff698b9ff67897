import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const folder = new URL("../../visualize/page/assets/", import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith(".js"))
  .map((name) => /** @type {const} */ ([name, readFileSync(new URL(name, folder), "utf8")]));

test("the files are one script in the page, so each name is in one of them", () => {
  const places = new Map();
  for (const [file, source] of sources) {
    for (const [, name] of source.matchAll(/^(?:export )?(?:async )?(?:function\*?|const|let|class) (\w+)/gm)) {
      assert.equal(places.get(name), undefined, `${name} is in ${file} and ${places.get(name)}`);
      places.set(name, file);
    }
  }
});

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
