/** Loads the page again whenever it has been drawn again. Its address, which is its state, stays. */

const frame = /** @type {HTMLIFrameElement} */ (document.querySelector("iframe"));

frame.addEventListener("load", () => {
  document.title = frame.contentDocument?.title ?? "";
  frame.contentWindow?.focus();
});

new EventSource("/changes").addEventListener("message", () => frame.contentWindow?.location.reload());

export {};
