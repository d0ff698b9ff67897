// The index of a gallery: its table is sorted by a click on a header, and filtered.

const body = /** @type {HTMLTableSectionElement} */ (document.querySelector("tbody"));
const rows = [...body.rows];
const headers = [...document.querySelectorAll("th")];
const filter = /** @type {HTMLInputElement} */ (document.getElementById("filter"));
const shown = /** @type {HTMLElement} */ (document.getElementById("shown"));

/**
 * The number of a cell or what is written in it, in lower case.
 * @param {HTMLTableRowElement} row
 * @param {number} column
 */
const valueOf = (row, column) => {
  const cell = row.cells[column];
  const value = cell?.dataset.value;
  return value === undefined ? (cell?.textContent ?? "").toLowerCase() : Number(value);
};

/**
 * An order of rows; those without a value come last, whichever way the others are sorted.
 * @param {number} column
 * @param {number} sign
 * @returns {(one: HTMLTableRowElement, other: HTMLTableRowElement) => number}
 */
const compare = (column, sign) => (one, other) => {
  const [a, b] = [valueOf(one, column), valueOf(other, column)];
  if (a === "" || b === "") return Number(a === "") - Number(b === "");
  if (typeof a === "number" && typeof b === "number") return sign * (a - b);
  return sign * String(a).localeCompare(String(b), "en", { numeric: true });
};

/** @param {HTMLTableCellElement} header */
const sortBy = (header) => {
  const column = headers.indexOf(header);
  // Large numbers are of most interest, names are read from A.
  const first = header.classList.contains("number") ? "descending" : "ascending";
  const other = first === "ascending" ? "descending" : "ascending";
  const order = header.ariaSort === first ? other : first;
  for (const each of headers) if (each.ariaSort) each.ariaSort = "none";
  header.ariaSort = order;
  body.append(...rows.sort(compare(column, order === "ascending" ? 1 : -1)));
};

const showMatching = () => {
  const words = filter.value.toLowerCase().split(/\s+/);
  for (const row of rows) {
    const text = (row.textContent ?? "").toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
  const number = rows.filter((row) => !row.hidden).length;
  shown.textContent = filter.value ? `${number} of ${rows.length}` : "";
};

for (const header of headers) {
  header.querySelector("button")?.addEventListener("click", () => sortBy(header));
}
filter.addEventListener("input", showMatching);

export {};
