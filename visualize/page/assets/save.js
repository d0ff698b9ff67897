/** Saving the view as it is, as SVG with its fonts and as PNG. */

/** Pixels of a PNG for each point. */
const DENSITY = 3;
/** What browsers paint at most along a side. */
const LONGEST = 16000;

/**
 * The view as a file of SVG.
 * @param {SVGElement} drawn from draw(), with nothing of the page in it
 * @param {{width: number, height: number, parameters: number, name: string, description: string, factsOf: (instance: string) => import("./model.js").Facts|null}} about
 */
export function svgFile(drawn, about) {
  const root = /** @type {SVGElement} */ (drawn.cloneNode(true));
  root.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  root.setAttribute("width", `${about.width.toFixed(2)}pt`);
  root.setAttribute("height", `${about.height.toFixed(2)}pt`);
  root.setAttribute("data-parameters", String(about.parameters));
  root.removeAttribute("class");
  root.removeAttribute("style");
  nameBoxes(root, about.factsOf);
  const { faces, families } = fontsOfPage();
  root.setAttribute("font-family", families);
  const space = "http://www.w3.org/2000/svg";
  const style = document.createElementNS(space, "style");
  style.textContent = faces.join("\n");
  const description = document.createElementNS(space, "desc");
  description.textContent = about.description;
  const title = document.createElementNS(space, "title");
  title.textContent = about.name;
  for (const old of root.querySelectorAll(":scope > title, :scope > desc")) old.remove();
  root.prepend(title, description, style);
  return `<?xml version="1.0" encoding="utf-8"?>\n${new XMLSerializer().serializeToString(root)}\n`;
}

/**
 * Names boxes as files of figures do: an id, the path of the module, the numbers of all copies. The
 * inside of a box that was opened is drawn for one of its copies.
 * @param {SVGElement} root
 * @param {(instance: string) => import("./model.js").Facts|null} factsOf
 */
function nameBoxes(root, factsOf) {
  const seen = new Set();
  for (const group of root.querySelectorAll("[data-instance]")) {
    const instance = group.getAttribute("data-instance") ?? "";
    group.removeAttribute("data-instance");
    if (group.hasAttribute("tabindex")) group.setAttribute("tabindex", "0");
    if (seen.has(instance)) continue;
    seen.add(instance);
    group.setAttribute("id", `box-${instance.replaceAll("/", "-")}`);
    const facts = factsOf(instance);
    if (facts?.paths[0]) group.setAttribute("data-path", facts.paths[0]);
    if (!facts || !group.classList.contains("box")) continue;
    if (facts.parameters) group.setAttribute("data-parameters", String(facts.parameters));
    if (facts.copies > 1) group.setAttribute("data-repeat", String(facts.copies));
  }
}

/** The embedded fonts of the page, and the names it uses them by. */
function fontsOfPage() {
  const style = document.querySelector("style")?.textContent ?? "";
  const families = getComputedStyle(document.documentElement).getPropertyValue("--font").trim();
  return { faces: style.match(/@font-face\s*{[^}]*}/g) ?? [], families };
}

/**
 * The file of SVG as a picture.
 * @param {string} svg
 * @param {number} width in points
 * @param {number} height
 * @param {string} background
 * @returns {Promise<Blob>}
 */
export async function pngFile(svg, width, height, background) {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const scale = Math.min(DENSITY, LONGEST / width, LONGEST / height);
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("this browser cannot paint pictures");
    context.fillStyle = background;
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}

/**
 * Hands a file to the reader.
 * @param {Blob} blob
 * @param {string} name
 */
export function download(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
