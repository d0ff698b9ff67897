/** What is drawn, moved from the coordinates of a view to those around it. */

/** @typedef {import("./types.js").AreaOf} AreaOf */
/** @typedef {import("./types.js").Arrow} Arrow */
/** @typedef {import("./types.js").Part} Part */
/** @typedef {import("./types.js").PlainText} PlainText */
/** @typedef {import("./types.js").Shown} Shown */
/** @typedef {import("./types.js").Writing} Writing */

/**
 * A line of text, moved.
 * @param {PlainText} plain
 * @param {number} across
 * @param {number} down
 * @param {string} kind
 * @returns {Writing}
 */
export function writing([text, x, y, size, color, anchor, width], across, down, kind) {
  return { text, x: x + across, y: y + down, size, color, anchor, width, kind };
}

/**
 * @param {Writing} text
 * @param {number} across
 * @param {number} down
 * @returns {Writing}
 */
function movedText(text, across, down) {
  return { ...text, x: text.x + across, y: text.y + down };
}

/**
 * @param {number[]} path
 * @param {number} across
 * @param {number} down
 * @returns {number[]}
 */
export function movedPath(path, across, down) {
  const moved = new Array(path.length);
  for (let at = 0; at < path.length; at += 2) {
    moved[at] = path[at] + across;
    moved[at + 1] = path[at + 1] + down;
  }
  return moved;
}

/**
 * @param {AreaOf} area
 * @param {number} across
 * @param {number} down
 * @returns {AreaOf}
 */
export function movedArea([left, top, width, height], across, down) {
  return [left + across, top + down, width, height];
}

/**
 * The name of something, seen from the view around an instance.
 * @param {string} around
 * @param {string} name
 */
export function within(around, name) {
  if (!name) return around;
  return name.startsWith("#") ? around + name : `${around}/${name}`;
}

/**
 * A part with all that is inside its open boxes, at any depth.
 * @param {Part} part
 * @returns {Part}
 */
export function withInsides(part) {
  const { frames, lines, texts } = part;
  const boxes = part.boxes.map((box) => ({ ...box }));
  const arrows = part.arrows.map((arrow) => ({ ...arrow }));
  const whole = { ...part, boxes, frames: [...frames], lines: [...lines], arrows, texts: [...texts], insides: [] };
  for (const { part: inner, origin, around } of part.insides) addPart(whole, inner, origin, around);
  return whole;
}

/**
 * Adds to a part all of another that is inside one of its boxes.
 * @param {Part} whole
 * @param {Part} part
 * @param {[number, number]} origin of the part in the whole
 * @param {Shown} around the box, open
 */
function addPart(whole, part, [across, down], around) {
  const name = around.instance;
  const text = (/** @type {Writing} */ one) => movedText(one, across, down);
  for (const box of part.boxes) {
    whole.boxes.push({
      ...box,
      instance: within(name, box.instance),
      parent: within(name, box.parent),
      depth: around.depth + 1,
      area: movedArea(box.area, across, down),
      tint: box.tint ?? around.tint,
      texts: box.texts.map(text),
      note: box.note && text(box.note),
      shortcuts: box.shortcuts.map((one) => ({ ...one, path: movedPath(one.path, across, down) })),
    });
  }
  for (const frame of part.frames) {
    whole.frames.push({
      ...frame,
      instance: within(name, frame.instance),
      parent: within(name, frame.parent),
      area: movedArea(frame.area, across, down),
      tint: frame.tint ?? around.tint,
      texts: frame.texts.map(text),
    });
  }
  for (const line of part.lines) {
    const of = line.of.map((one) => within(name, one));
    whole.lines.push({ ...line, parent: within(name, line.parent), path: movedPath(line.path, across, down), of });
  }
  for (const arrow of part.arrows) whole.arrows.push(movedArrow(arrow, name, across, down));
  for (const one of part.texts) whole.texts.push(text(one));
  for (const { part: inner, origin, around: box } of part.insides) {
    /** @type {[number, number]} */
    const moved = [origin[0] + across, origin[1] + down];
    const tint = box.tint ?? around.tint;
    addPart(whole, inner, moved, { ...box, instance: within(name, box.instance), depth: around.depth + 1, tint });
  }
}

/**
 * @param {Arrow} arrow
 * @param {string} around
 * @param {number} across
 * @param {number} down
 * @returns {Arrow}
 */
function movedArrow(arrow, around, across, down) {
  return {
    ...arrow,
    id: within(around, arrow.id),
    parent: within(around, arrow.parent),
    joins: arrow.joins.map(([start, end]) => [within(around, start), within(around, end)]),
    path: movedPath(arrow.path, across, down),
    label: arrow.label && movedText(arrow.label, across, down),
  };
}
