/**
 * The state machine of the page: what is open, selected and lit. Pure: no DOM, no clock.
 *
 * @typedef {"open"|"unfold"|"shut"} Mode "shut": a frame that the figure draws open is closed
 * @typedef {{kind: "none"} | {kind: "skip", skip: number} | {kind: "flow", from: string}} Light
 * @typedef {Object} State
 * @property {Map<string, Mode>} open open boxes and frames by their instance
 * @property {string} selected an instance, or "" for none
 * @property {string} overlay what the colours of boxes mean
 * @property {Light} light what is lit while the rest is dimmed
 * @property {string} query the search
 * @property {"auto"|"day"|"night"} theme
 * @property {"details"|"skips"|"outline"} panel the tab of the side panel
 * @typedef {{type: string, [field: string]: any}} Action
 */

const OVERLAYS = ["stage", "type", "parameters", "macs", "memory", "trainable", "norm", "sparsity"];

/** What follows an instance in the address. @type {{[mode in Mode]: string}} */
const MARKS = { open: "", unfold: "*", shut: "-" };

/** @returns {State} the page as it opens */
export function initialState() {
  return {
    open: new Map(),
    selected: "",
    overlay: "stage",
    light: { kind: "none" },
    query: "",
    theme: "auto",
    panel: "details",
  };
}

/**
 * Whether an instance is inside another, at any depth.
 * @param {string} instance
 * @param {string} around
 */
export function isInside(instance, around) {
  return instance.startsWith(around + "/");
}

/**
 * The instance around another, "" for one of the root.
 * @param {string} instance
 */
export function parentOf(instance) {
  return instance.slice(0, Math.max(0, instance.lastIndexOf("/")));
}

/**
 * The instances around another, the outermost first, without itself.
 * @param {string} instance
 */
export function ancestorsOf(instance) {
  /** @type {string[]} */
  const found = [];
  for (let at = parentOf(instance); at; at = parentOf(at)) found.unshift(at);
  return found;
}

/**
 * The next state.
 * @param {State} state
 * @param {Action} action
 * @returns {State}
 */
export function reduce(state, action) {
  switch (action.type) {
    case "open":
      return opened(state, action.instance, "open");
    case "unfold":
      return opened(state, action.instance, "unfold");
    case "shut":
      return opened(state, action.instance, "shut");
    case "close":
      return closed(state, action.instance);
    case "set-open":
      return { ...state, open: new Map(action.open), selected: action.selected ?? state.selected };
    case "select":
      return { ...state, selected: action.instance };
    case "light":
      return { ...state, light: action.light };
    case "overlay":
    case "query":
    case "theme":
    case "panel":
      return { ...state, [action.type]: action.value };
    case "restore":
      return { ...state, ...action.view };
    default:
      throw new Error(`unknown action ${action.type}`);
  }
}

/**
 * What is in it is forgotten: the same names mean other boxes in the other mode.
 * @param {State} state
 * @param {string} instance
 * @param {Mode} mode
 * @returns {State}
 */
function opened(state, instance, mode) {
  if (state.open.get(instance) === mode) return state;
  const next = state.open.has(instance) ? closed(state, instance) : state;
  const open = new Map(next.open);
  open.set(instance, mode);
  return { ...next, open };
}

/**
 * @param {State} state
 * @param {string} instance
 * @returns {State}
 */
function closed(state, instance) {
  const open = new Map(
    [...state.open].filter(([name]) => name !== instance && !isInside(name, instance)),
  );
  const selected = isInside(state.selected, instance) ? instance : state.selected;
  return { ...state, open, selected };
}

/**
 * What a view is, for the address: the open groups, the selection, colours and light.
 * @param {State} state
 */
export function toAddress(state) {
  const parts = [];
  if (state.open.size) {
    const names = [...state.open].map(([name, mode]) => name + MARKS[mode]);
    parts.push(`open=${names.sort().join(",")}`);
  }
  if (state.selected) parts.push(`select=${state.selected}`);
  if (state.overlay !== "stage") parts.push(`color=${state.overlay}`);
  if (state.light.kind === "skip") parts.push(`skip=${state.light.skip}`);
  if (state.light.kind === "flow") parts.push(`flow=${state.light.from}`);
  return parts.length ? `#${parts.join("&")}` : "";
}

const INSTANCE = /^f?\d+(\/f?\d+)*$/;

/**
 * The view that an address names; what it does not name is as the page opens.
 * @param {string} address from "#" on
 */
export function fromAddress(address) {
  const fields = new Map(
    address.replace(/^#/, "").split("&").map((part) => {
      const at = part.indexOf("=");
      return /** @type {[string, string]} */ ([part.slice(0, at), decoded(part.slice(at + 1))]);
    }),
  );
  /** @type {Map<string, Mode>} */
  const open = new Map();
  for (const item of (fields.get("open") ?? "").split(",")) {
    const name = item.replace(/[*-]$/, "");
    const mode = item.endsWith("*") ? "unfold" : item.endsWith("-") ? "shut" : "open";
    if (INSTANCE.test(name)) open.set(name, mode);
  }
  const { overlay } = initialState();
  const color = fields.get("color") ?? overlay;
  return {
    open,
    selected: instanceOr(fields.get("select")),
    overlay: OVERLAYS.includes(color) ? color : overlay,
    light: lightOf(fields),
  };
}

/**
 * @param {Map<string, string>} fields
 * @returns {Light}
 */
function lightOf(fields) {
  const skip = fields.get("skip") ?? "";
  if (/^\d+$/.test(skip)) return { kind: "skip", skip: Number(skip) };
  const from = instanceOr(fields.get("flow"));
  return from ? { kind: "flow", from } : { kind: "none" };
}

/** @param {string|undefined} text */
function instanceOr(text) {
  return text && INSTANCE.test(text) ? text : "";
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
