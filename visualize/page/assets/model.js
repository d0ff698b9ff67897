/**
 * Facts of the document: the operations, paths and numbers of a box wherever it is opened.
 *
 * A view is drawn once for all copies of a box, so positions in it name one operation for each
 * copy: `runs` holds, for each copy that is opened together, the operations at its positions.
 *
 * @typedef {import("./state.js").Mode} Mode
 * @typedef {number | number[] | undefined} Entry the operations at a position: in most copies one
 * @typedef {{view: number, runs: Entry[][], paths: string[]}} Place
 * @typedef {{instance: string, thing: any, isFrame: boolean, place: Place}} Group
 * @typedef {Object} Facts
 * @property {string} title
 * @property {string} type
 * @property {string[]} paths one for each copy
 * @property {string} shape
 * @property {string[]} inputs shapes of what it reads, where they are known
 * @property {number[]} operations
 * @property {number[]} firsts the first operation of each copy
 * @property {number} parameters
 * @property {number} trainable
 * @property {number} macs
 * @property {number} copies
 * @property {boolean} opens
 * @property {boolean} unfolds
 * @property {boolean} shuts whether it is a frame that can be closed to one box
 * @property {string[]} sources lines of code
 * @property {number[]} skips those that end in it
 */

import { isClosable } from "./shut.js";

/**
 * A path as the document writes it, made absolute: "." is that of the box around, ".conv" below
 * it, "..bn" beside it, and each further point is one step outwards.
 * @param {string} path
 * @param {string} base
 */
export function resolvePath(path, base) {
  if (!path.startsWith(".")) return path;
  const points = /^\.+/.exec(path)?.[0].length ?? 0;
  const names = base ? base.split(".") : [];
  const around = names.slice(0, Math.max(0, names.length - (points - 1)));
  const rest = path.slice(points);
  return [...around, ...(rest ? [rest] : [])].join(".");
}

/**
 * The positions of runs [start, count, start, count, …].
 * @param {number[]} runs
 */
export function positionsOf(runs) {
  /** @type {number[]} */
  const found = [];
  for (let at = 0; at < runs.length; at += 2) {
    for (let step = 0; step < runs[at + 1]; step++) found.push(runs[at] < 0 ? -1 : runs[at] + step);
  }
  return found;
}

/** What the document says, resolved on demand and kept. */
export class Model {
  /** @param {any} document */
  constructor(document) {
    this.document = document;
    const root = document.views[document.root];
    const all = Array.from({ length: root.ops }, (_, at) => at);
    /** @type {Place} */
    this.root = { view: document.root, runs: [all], paths: [""] };
    /** @type {Map<string, Place>} */
    this.places = new Map();
    /** @type {number[]|null} */
    this.depths = null;
  }

  /** The parameters of what is drawn, which is not all of a model that does not use all. */
  get parameters() {
    return this.document.views[this.root.view].boxes.reduce(
      (/** @type {number} */ total, /** @type {any} */ box) => total + box.parameters,
      0,
    );
  }

  /**
   * The inside of an instance, or null where there is none.
   * @param {string} instance "" for the root
   * @param {Map<string, Mode>} open how what is around it is opened; "open" where it is not named
   * @returns {Place|null}
   */
  inside(instance, open) {
    if (!instance) return this.root;
    const group = this.group(instance, open);
    if (!group) return null;
    const mode = open.get(instance) ?? (group.isFrame ? "unfold" : "open");
    return this.within(group, mode);
  }

  /**
   * @param {Group} group
   * @param {Mode} mode
   * @returns {Place|null}
   */
  within(group, mode) {
    const { thing, place, instance } = group;
    const view = mode === "unfold" ? thing.unfolds : thing.opens;
    if (view === undefined || view === null) return null;
    const key = `${place.view} ${place.runs.length} ${place.runs[0][0]} ${instance} ${mode}`;
    const kept = this.places.get(key);
    if (kept) return kept;
    const copies = mode === "open" ? this.alignedCopies(group) : this.copies(group);
    const paths = this.paths(group);
    const each = thing.copies.length;
    const made =
      mode === "open"
        ? { view, runs: copies, paths }
        : {
            view,
            runs: place.runs.map((_, at) => copies.slice(at * each, (at + 1) * each).flat()),
            paths: place.runs.map((_, at) => paths[at * each]),
          };
    this.places.set(key, made);
    return made;
  }

  /**
   * A box or frame and the view that it is in.
   * @param {string} instance
   * @param {Map<string, Mode>} open
   * @returns {Group|null}
   */
  group(instance, open) {
    const cut = instance.lastIndexOf("/");
    const place = this.inside(instance.slice(0, Math.max(0, cut)), open);
    if (!place) return null;
    return this.member(place, instance.slice(cut + 1), instance);
  }

  /**
   * @param {Place} place
   * @param {string} name its name in the view: "3" a box, "f0" a frame
   * @param {string} instance
   * @returns {Group|null}
   */
  member(place, name, instance) {
    const isFrame = name.startsWith("f");
    const view = this.document.views[place.view];
    const thing = isFrame ? view.frames[Number(name.slice(1))] : view.boxes[Number(name)];
    return thing ? { instance, thing, isFrame, place } : null;
  }

  /**
   * The operations of each copy of a group, those of the first box around it first.
   * @param {Group} group
   */
  copies({ thing, place }) {
    const runs = /** @type {number[][]} */ (thing.copies ?? []).map(positionsOf);
    return place.runs.flatMap((around) => runs.map((run) => run.map((at) => around[at])));
  }

  /**
   * The same, with what does the work of an operation of the first copy at its position.
   * @param {Group} group
   */
  alignedCopies({ thing, place }) {
    const runs = /** @type {number[][]} */ (thing.aligned ?? thing.copies).map(positionsOf);
    const also = /** @type {[number, number, number][]} */ (thing.also ?? []);
    return place.runs.flatMap((around) => {
      const copies = runs.map((run) => run.map((at) => around[at]));
      for (const [copy, position, at] of also) {
        copies[copy][position] = [copies[copy][position] ?? [], around[at] ?? []].flat();
      }
      return copies;
    });
  }

  /**
   * The path of each copy of a group.
   * @param {Group} group
   */
  paths({ thing, place }) {
    const own = /** @type {string[]} */ (thing.paths ?? []);
    return place.paths.flatMap((base) => own.map((path) => resolvePath(path, base)));
  }

  /**
   * The numbers of an instance, as its operations sum to.
   * @param {string} instance
   * @param {Map<string, Mode>} open
   * @returns {Facts|null}
   */
  facts(instance, open) {
    const group = this.group(instance, open);
    return group && this.factsOf(group);
  }

  /**
   * @param {Group} group
   * @returns {Facts}
   */
  factsOf(group) {
    const { thing } = group;
    const all = this.copies(group);
    // Some copies of what is around may have nothing in its place.
    const isThere = (/** @type {unknown} */ _, /** @type {number} */ at) => all[at].flat().some(isIndex);
    const copies = all.filter(isThere);
    const operations = copies.flat(2).filter(isIndex);
    const has = new Set(operations);
    const { ops, strings, skips } = this.document;
    const sources = operations.map((at) => strings[ops.source[at]]).filter(Boolean);
    return {
      title: thing.title ?? "",
      type: thing.type ?? "",
      paths: this.paths(group).filter(isThere),
      shape: thing.shape ?? "",
      inputs: this.inputs(group),
      operations,
      firsts: copies.map((copy) => copy.flat().filter(isIndex)[0]),
      parameters: this.sum("parameters", operations),
      trainable: this.sum("trainable", operations),
      macs: this.sum("macs", operations),
      copies: copies.length,
      opens: isIndex(thing.opens),
      unfolds: isIndex(thing.unfolds),
      shuts: this.shuts(group),
      sources: [...new Set(sources)],
      skips: skips.flatMap((/** @type {any} */ skip, /** @type {number} */ at) =>
        has.has(skip.merge) ? [at] : [],
      ),
    };
  }

  /**
   * Whether a group is a frame that can be closed to one box.
   * @param {Group} group
   */
  shuts({ thing, isFrame, place }) {
    return isFrame && isClosable(this.document.views[place.view], thing);
  }

  /**
   * The shapes on the arrows that lead to a box.
   * @param {Group} group
   */
  inputs({ thing, isFrame, place }) {
    const view = this.document.views[place.view];
    const at = isFrame ? -1 : view.boxes.indexOf(thing);
    const shapes = view.arrows
      .filter((/** @type {any} */ arrow) => arrow.target === at && arrow.tooltip)
      .map((/** @type {any} */ arrow) => arrow.tooltip);
    return at < 0 ? [] : [...new Set(/** @type {string[]} */ (shapes))];
  }

  /**
   * A number of several operations. Copies differ in it where all of them have the same weights,
   * which the first one that is called counts.
   * @param {"parameters"|"trainable"|"macs"} column
   * @param {number[]} operations
   */
  sum(column, operations) {
    const values = this.document.ops[column] ?? [];
    return operations.reduce((total, at) => total + (values[at] ?? 0), 0);
  }

  /**
   * One line of the table of operations.
   * @param {number} at
   */
  operation(at) {
    const { ops, strings } = this.document;
    const text = (/** @type {string} */ column) => strings[ops[column]?.[at]] ?? "";
    return {
      name: text("name"),
      path: text("path"),
      type: text("type"),
      shape: text("shape"),
      source: text("source"),
      parameters: ops.parameters[at],
      macs: ops.macs[at],
    };
  }
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
export function isIndex(value) {
  return typeof value === "number";
}
