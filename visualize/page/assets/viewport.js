/** Moving over the figure: drag, wheel, pinch, fit, true size. */

import { isStill } from "./dom.js";

/** Pixels of CSS in a point. */
const TRUE_SIZE = 4 / 3;
/** A smaller scale than this is not read. */
const LEGIBLE = 0.75;
const DURATION = 200;
const MARGIN = 24;
/** Farther than this a press is a drag, not a click. */
const DRAG = 4;

/**
 * @typedef {{x: number, y: number, scale: number}} Camera where the figure's corner is, in pixels
 */

/** The window onto the figure. */
export class Viewport {
  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {SVGElement|null} */
    this.figure = null;
    this.size = [1, 1];
    /** @type {Camera} */
    this.camera = { x: 0, y: 0, scale: 1 };
    this.frame = 0;
    /** @type {Map<number, [number, number]>} */
    this.pointers = new Map();
    this.dragged = 0;
    this.listen();
  }

  /**
   * Shows another drawing of the figure, where the last one was.
   * @param {SVGElement} figure
   * @param {number} width in points
   * @param {number} height
   */
  show(figure, width, height) {
    this.size = [width, height];
    // Another size has all of the figure laid out anew: it is that of a sheet with room to grow.
    for (const [name, long] of /** @type {[string, number][]} */ ([["width", width], ["height", height]])) {
      const sheet = String(2 ** Math.ceil(Math.log2(Math.max(long, 1024))));
      if (figure.getAttribute(name) !== sheet) figure.setAttribute(name, sheet);
    }
    figure.classList.add("figure");
    if (!this.figure) this.stage.prepend(figure);
    else if (this.figure !== figure) this.figure.replaceWith(figure);
    this.figure = figure;
    this.apply();
  }

  apply() {
    const { x, y, scale } = this.camera;
    if (this.figure) this.figure.style.transform = `translate(${x}px,${y}px) scale(${scale})`;
  }

  /**
   * Moves there at once.
   * @param {Camera} camera
   */
  jump(camera) {
    cancelAnimationFrame(this.frame);
    this.camera = camera;
    this.apply();
  }

  /**
   * Moves there within a fifth of a second, or at once for readers who asked for no motion.
   * @param {Camera} camera
   */
  glide(camera) {
    if (isStill()) return this.jump(camera);
    cancelAnimationFrame(this.frame);
    const from = this.camera;
    const begin = performance.now();
    const step = (/** @type {number} */ now) => {
      const part = Math.min(1, Math.max(0, now - begin) / DURATION);
      const eased = 1 - (1 - part) ** 3;
      const mix = (/** @type {number} */ one, /** @type {number} */ other) =>
        one + (other - one) * eased;
      this.camera = {
        x: mix(from.x, camera.x),
        y: mix(from.y, camera.y),
        scale: mix(from.scale, camera.scale),
      };
      this.apply();
      if (part < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  /**
   * On paper the figure is as large as the paper.
   * @param {boolean} printing
   */
  print(printing) {
    const [width, height] = this.size;
    if (printing) this.figure?.setAttribute("viewBox", `0 0 ${width.toFixed(2)} ${height.toFixed(2)}`);
    else this.figure?.removeAttribute("viewBox");
  }

  /** The camera that shows all of the figure. */
  fitted() {
    const { clientWidth, clientHeight } = this.stage;
    const [width, height] = this.size;
    const scale = Math.max(
      0.02,
      Math.min((clientWidth - 2 * MARGIN) / width, (clientHeight - 2 * MARGIN) / height, 3),
    );
    return {
      x: (clientWidth - width * scale) / 2,
      y: (clientHeight - height * scale) / 2,
      scale,
    };
  }

  /**
   * The camera that shows all of the figure, or its beginning where all of it is too small to read.
   * @param {number[]} first the area that it begins with
   */
  readable([left, top, wide, high]) {
    const whole = this.fitted();
    if (whole.scale >= LEGIBLE) return whole;
    const room = [this.stage.clientWidth, this.stage.clientHeight];
    const fits = room.map((long, axis) => (long - 2 * MARGIN) / this.size[axis]);
    const scale = Math.min(TRUE_SIZE, Math.max(...fits, LEGIBLE));
    const place = (/** @type {number} */ axis, /** @type {number} */ middle) => {
      const long = this.size[axis] * scale;
      if (long <= room[axis] - 2 * MARGIN) return (room[axis] - long) / 2;
      const at = room[axis] / 2 - middle * scale;
      return Math.min(MARGIN, Math.max(room[axis] - MARGIN - long, at));
    };
    return { x: place(0, left + wide / 2), y: place(1, top + high / 2), scale };
  }

  /** @param {number} scale @param {number} [x] @param {number} [y] what stays where it is */
  scaled(scale, x = this.stage.clientWidth / 2, y = this.stage.clientHeight / 2) {
    const bounded = Math.min(12, Math.max(0.02, scale));
    const ratio = bounded / this.camera.scale;
    return {
      x: x - (x - this.camera.x) * ratio,
      y: y - (y - this.camera.y) * ratio,
      scale: bounded,
    };
  }

  trueSize() {
    this.glide(this.scaled(TRUE_SIZE));
  }

  /**
   * Brings an area of the figure into the window, if it is not in it.
   * @param {number[]} area x, y, width, height in points
   */
  bring([left, top, width, height]) {
    const scale = Math.max(this.camera.scale, 0.6);
    const camera = scale === this.camera.scale ? this.camera : this.scaled(scale);
    const place = (/** @type {number} */ from, /** @type {number} */ long, /** @type {number} */ at, /** @type {number} */ room) => {
      const begin = at + from * scale;
      const end = begin + long * scale;
      if (begin >= MARGIN && end <= room - MARGIN) return at;
      if (long * scale > room - 2 * MARGIN) return MARGIN - from * scale;
      return room / 2 - (from + long / 2) * scale;
    };
    const x = place(left, width, camera.x, this.stage.clientWidth);
    const y = place(top, height, camera.y, this.stage.clientHeight);
    if (x !== this.camera.x || y !== this.camera.y || scale !== this.camera.scale) {
      this.glide({ x, y, scale });
    }
  }

  listen() {
    const { stage } = this;
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.press(event));
    stage.addEventListener("pointermove", (event) => this.move(event));
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
      stage.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    }
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    event.preventDefault();
    const { x, y, scale } = this.camera;
    if (event.shiftKey) return this.jump({ x: x - event.deltaY - event.deltaX, y, scale });
    const lines = event.deltaMode === 1 ? 16 : 1;
    const factor = Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016));
    const [left, top] = this.local(event);
    this.jump(this.scaled(scale * factor, left, top));
  }

  /** @param {MouseEvent} event @returns {[number, number]} */
  local(event) {
    const box = this.stage.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button) return;
    if (!this.pointers.size) this.dragged = 0;
    this.pointers.set(event.pointerId, this.local(event));
  }

  /** @param {PointerEvent} event */
  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = this.local(event);
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    this.dragged += Math.hypot(dx, dy);
    if (this.dragged <= DRAG && this.pointers.size === 1) {
      this.pointers.set(event.pointerId, now);
      return;
    }
    if (!this.stage.hasPointerCapture(event.pointerId)) {
      this.stage.setPointerCapture(event.pointerId);
    }
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, now);
    if (other) this.pinch(before, now, other);
    else this.jump({ ...this.camera, x: this.camera.x + dx, y: this.camera.y + dy });
  }

  /**
   * @param {[number, number]} before
   * @param {[number, number]} now
   * @param {[number, number]} other the finger that did not move
   */
  pinch(before, now, other) {
    const distance = (/** @type {[number, number]} */ [x, y]) =>
      Math.max(1, Math.hypot(x - other[0], y - other[1]));
    const factor = distance(now) / distance(before);
    this.jump(this.scaled(this.camera.scale * factor, other[0], other[1]));
  }

  /** Whether the last press was a drag. */
  wasDrag() {
    return this.dragged > DRAG;
  }
}
