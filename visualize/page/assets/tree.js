/** The outline: a tree of what is visible, for screen readers and for reading along. */

import { element } from "./dom.js";

/**
 * @typedef {{instance: string, parent: string, label: string, opens: boolean, open: boolean}} Leaf
 * @typedef {Object} TreeDeeds
 * @property {(instance: string) => void} select
 * @property {(instance: string) => void} open
 * @property {(instance: string) => void} close
 */

/** The tree and the one item of it that the tab key reaches. */
export class Outline {
  /**
   * @param {HTMLElement} root
   * @param {TreeDeeds} deeds
   */
  constructor(root, deeds) {
    this.root = root;
    this.deeds = deeds;
    /** @type {Map<string, {item: HTMLElement, leaf: Leaf}>} */
    this.items = new Map();
    root.addEventListener("keydown", (event) => this.press(event));
    root.addEventListener("click", (event) => this.click(event));
  }

  /**
   * @param {Leaf[]} leaves each after the one around it
   * @param {string} selected
   */
  show(leaves, selected) {
    const held = this.root.contains(document.activeElement);
    this.items = new Map();
    /** @type {Map<string, HTMLElement[]>} */
    const below = new Map();
    for (const leaf of leaves) {
      const item = treeItem(leaf);
      this.items.set(leaf.instance, { item, leaf });
      below.set(leaf.parent, [...(below.get(leaf.parent) ?? []), item]);
    }
    for (const [parent, items] of below) {
      const around = this.items.get(parent)?.item;
      if (around) around.append(element("ul", { role: "group" }, ...items));
    }
    this.root.replaceChildren(...(below.get("") ?? []));
    this.select(selected);
    if (held) this.focused()?.focus();
  }

  /** @param {string} instance */
  select(instance) {
    const chosen = this.items.get(instance)?.item ?? this.items.values().next().value?.item;
    for (const { item } of this.items.values()) {
      const is = item === chosen;
      if (item.tabIndex !== (is ? 0 : -1)) item.tabIndex = is ? 0 : -1;
      const selected = String(is && item.dataset.instance === instance);
      if (item.getAttribute("aria-selected") !== selected) item.setAttribute("aria-selected", selected);
    }
  }

  /** @returns {HTMLElement|null} */
  focused() {
    return this.root.querySelector('[tabindex="0"]');
  }

  /** @param {MouseEvent} event */
  click(event) {
    const item = /** @type {Element} */ (event.target).closest('[role="treeitem"]');
    const instance = item?.getAttribute("data-instance");
    if (instance) this.deeds.select(instance);
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const item = /** @type {HTMLElement} */ (event.target).closest('[role="treeitem"]');
    const entry = this.items.get(item?.getAttribute("data-instance") ?? "");
    if (!entry || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = this.step(event.key, entry.leaf);
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (move) {
      this.deeds.select(move);
      this.select(move);
    }
    this.focused()?.focus();
  }

  /**
   * Where a key leads: an instance, "" for a key that is done, undefined for one that is not ours.
   * @param {string} key
   * @param {Leaf} leaf
   * @returns {string|undefined}
   */
  step(key, leaf) {
    const names = [...this.items.keys()];
    const at = names.indexOf(leaf.instance);
    switch (key) {
      case "ArrowDown":
        return names[at + 1] ?? "";
      case "ArrowUp":
        return names[at - 1] ?? "";
      case "Home":
        return names[0];
      case "End":
        return names[names.length - 1];
      case "ArrowRight":
        if (leaf.open) return names[at + 1] ?? "";
        if (leaf.opens) this.deeds.open(leaf.instance);
        return "";
      case "ArrowLeft":
        if (!leaf.open) return leaf.parent;
        this.deeds.close(leaf.instance);
        return "";
      case "Enter":
      case " ":
        if (leaf.open) this.deeds.close(leaf.instance);
        else if (leaf.opens) this.deeds.open(leaf.instance);
        return leaf.instance;
      default:
        return undefined;
    }
  }
}

/** @param {Leaf} leaf */
function treeItem(leaf) {
  /** @type {{[attribute: string]: string}} */
  const expanded = leaf.opens || leaf.open ? { "aria-expanded": String(leaf.open) } : {};
  return element(
    "li",
    { role: "treeitem", tabindex: "-1", "aria-selected": "false", "data-instance": leaf.instance, ...expanded },
    element("span", { class: "label" }, leaf.label),
  );
}
