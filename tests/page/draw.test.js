import assert from "node:assert/strict";
import { test } from "node:test";

import { compose } from "../../visualize/page/assets/compose.js";
import { draw } from "../../visualize/page/assets/draw.js";
import { smallDocument } from "./fixture.js";

/** An element that keeps what it is given: as much of the DOM as drawing needs. */
class Element {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    /** @type {Map<string, string>} */
    this.attributes = new Map();
    /** @type {Element[]} */
    this.children = [];
    this.textContent = "";
  }

  /** @param {string} key @param {string} value */
  setAttribute(key, value) {
    this.attributes.set(key, value);
  }

  /** @param {...Element} children */
  append(...children) {
    this.children.push(...children);
  }

  /** @returns {Element[]} */
  all() {
    return [this, ...this.children.flatMap((child) => child.all())];
  }
}

const DOM = /** @type {any} */ ({ createElementNS: (/** @type {string} */ _space, /** @type {string} */ name) => new Element(name) });

/** @param {Map<string, "open"|"unfold">} open @param {boolean} [night] @returns {Element} */
function drawn(open, night) {
  const document = smallDocument();
  return /** @type {any} */ (draw(DOM, compose(document, open), document, night));
}

test("each box is an element with its instance, in the frame of the box around it", () => {
  const root = drawn(new Map([["1", "open"]]));
  const named = (/** @type {string} */ name) => root.all().filter((one) => one.attributes.get("data-instance") === name && one.name === "g");
  const [frame] = named("1");
  assert.equal(frame.attributes.get("class"), "cluster frame opened");
  assert.ok(frame.all().includes(named("1/0")[0]));
  assert.equal(named("0")[0].attributes.get("class"), "node box layer");
});

test("there are no styles, no markup and no ids", () => {
  for (const one of drawn(new Map([["0", "open"]])).all()) {
    assert.ok(!one.attributes.has("style") && !one.attributes.has("id"));
  }
});

test("colours are those of the theme", () => {
  const [day, night] = [false, true].map((isNight) => drawn(new Map(), isNight).all().find((one) => one.name === "rect"));
  assert.equal(day?.attributes.get("fill"), "#ffffff");
  assert.equal(night?.attributes.get("fill"), "#000000");
});

test("a double line with dashes has two strands", () => {
  const arrow = drawn(new Map()).all().find((one) => one.attributes.get("class") === "edge arrow skip identity");
  const strands = arrow?.children.filter((one) => one.name === "path") ?? [];
  assert.equal(strands.length, 2);
  assert.equal(strands[0].attributes.get("stroke-dasharray"), "5,2");
});
