/**
 * Walks over all that could be opened: what holds an operation, what to open to see a box.
 *
 * @typedef {import("./model.js").Model} Model
 * @typedef {import("./model.js").Group} Group
 * @typedef {import("./model.js").Place} Place
 * @typedef {import("./state.js").Mode} Mode
 */

import { isIndex } from "./model.js";

/**
 * All boxes of the model, each group before what is in it.
 * @param {Model} model
 * @returns {Generator<Group>}
 */
export function* groupsOf(model) {
  /** @type {[string, Place][]} */
  const waiting = [["", model.root]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [around, place] = next;
    const prefix = around && `${around}/`;
    const members = [];
    for (const at of model.document.views[place.view].boxes.keys()) {
      const group = model.member(place, String(at), prefix + at);
      if (group) members.push(group);
    }
    yield* members;
    for (const group of members.reverse()) {
      const inside = model.within(group, "open");
      if (inside) waiting.push([group.instance, inside]);
    }
  }
}

/**
 * The innermost box that an operation is in.
 * @param {Model} model
 * @param {number} operation
 * @param {(group: Group) => boolean} [isEnough] whether what is in a box is of no interest
 */
export function deepestBox(model, operation, isEnough = () => false) {
  let place = model.root;
  let found = "";
  for (;;) {
    const prefix = found && `${found}/`;
    const at = model.document.views[place.view].boxes.findIndex(
      (/** @type {any} */ _, /** @type {number} */ index) => {
        const group = model.member(place, String(index), prefix + index);
        return group && model.copies(group).some((copy) => copy.flat().includes(operation));
      },
    );
    if (at < 0) return found;
    found = prefix + at;
    const group = model.member(place, String(at), found);
    const inside = group && !isEnough(group) && model.within(group, "open");
    if (!inside) return found;
    place = inside;
  }
}

/**
 * The outermost box that holds none but some operations, as a box in a panel does.
 * @param {Model} model
 * @param {number[]} operations
 */
export function boxWithin(model, operations) {
  const has = new Set(operations);
  const isWithin = (/** @type {import("./model.js").Entry[]} */ copy) =>
    copy.flat().every((one) => one === undefined || has.has(one));
  return deepestBox(model, operations[0], (group) => model.copies(group).some(isWithin));
}

/**
 * What has to be open to see an instance that is named by opened boxes alone.
 * @param {Model} model
 * @param {string} instance
 * @param {Map<string, Mode>} open what is open now; the rest of it stays open
 */
export function revealed(model, instance, open) {
  const next = new Map(open);
  const names = instance.split("/");
  let prefix = "";
  names.forEach((name, depth) => {
    const around = prefix && `${prefix}/`;
    closeFrames(model, next, prefix, name);
    prefix = around + name;
    if (depth === names.length - 1 || next.get(prefix) === "open") return;
    for (const key of next.keys()) if (key.startsWith(`${prefix}/`)) next.delete(key);
    next.set(prefix, "open");
  });
  return next;
}

/**
 * Closes the unfolded frames that replace a box.
 * @param {Model} model
 * @param {Map<string, Mode>} open
 * @param {string} around
 * @param {string} name of the box
 */
function closeFrames(model, open, around, name) {
  const place = model.inside(around, open);
  if (!place || name.startsWith("f")) return;
  const { boxes, frames } = model.document.views[place.view];
  for (let at = boxes[Number(name)]?.frame; isIndex(at); at = frames[at].frame) {
    const key = `${around && `${around}/`}f${at}`;
    for (const other of [...open.keys()]) {
      if (other === key || other.startsWith(`${key}/`)) open.delete(other);
    }
  }
}

/**
 * The instances to open to see every group down to a depth.
 * @param {Model} model
 * @param {number} level 0: as the page opens; -1: the frames of the figure are closed
 * @returns {Map<string, Mode>}
 */
export function openToLevel(model, level) {
  /** @type {Map<string, Mode>} */
  const open = new Map();
  if (level < 0) for (const name of closableFrames(model)) open.set(name, "shut");
  for (const { instance, thing } of groupsOf(model)) {
    if (isIndex(thing.opens) && instance.split("/").length <= level) open.set(instance, "open");
  }
  return open;
}

/**
 * The outermost frames of the figure that can be closed.
 * @param {Model} model
 */
function closableFrames(model) {
  const { frames } = model.document.views[model.root.view];
  /** @type {boolean[]} whether each frame, or one around it, is closed */
  const closed = [];
  return frames.flatMap((/** @type {any} */ frame, /** @type {number} */ at) => {
    const group = model.member(model.root, `f${at}`, `f${at}`);
    const isInner = isIndex(frame.frame) && closed[frame.frame];
    closed[at] = isInner || (group !== null && model.shuts(group));
    return closed[at] && !isInner ? [`f${at}`] : [];
  });
}

/**
 * The level with the fewest boxes: below that of the page as it opens where frames can be closed.
 * @param {Model} model
 */
export function lowestLevel(model) {
  return closableFrames(model).length ? -1 : 0;
}

/**
 * The level at which all is open.
 * @param {Model} model
 * @param {Model} model
 */
export function deepestLevel(model) {
  let deepest = 0;
  for (const { instance } of groupsOf(model)) {
    deepest = Math.max(deepest, instance.split("/").length - 1);
  }
  return deepest;
}

/**
 * What of an address can be opened in this model.
 * @param {Model} model
 * @param {Map<string, Mode>} open
 */
export function validOpen(model, open) {
  /** @type {Map<string, Mode>} */
  const kept = new Map();
  const names = [...open.keys()].sort((one, other) => one.length - other.length);
  for (const name of names) {
    const mode = open.get(name) ?? "open";
    const around = name.slice(0, Math.max(0, name.lastIndexOf("/")));
    const group = !around || kept.has(around) ? model.group(name, kept) : null;
    if (group && (mode === "shut" ? model.shuts(group) : model.within(group, mode))) kept.set(name, mode);
  }
  return kept;
}
