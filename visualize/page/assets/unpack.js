/** Reading the document out of the page. */

import { byId } from "./dom.js";

/** The document, which is packed in the page. */
export async function unpacked() {
  const packed = atob((byId("data").textContent ?? "").trim());
  const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return JSON.parse(await new Response(stream).text());
}
