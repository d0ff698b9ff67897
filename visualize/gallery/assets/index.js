// The index of a gallery: its table is sorted by a click on a header, and filtered.

const body = document.querySelector("tbody");
const rows = [...body.rows];
const headers = [...document.querySelectorAll("th")];
const filter = document.getElementById("filter");
const shown = document.getElementById("shown");

const valueOf = (row, column) => {
  const cell = row.cells[column];
  const value = cell ? cell.dataset.value ?? cell.textContent : "";
  return cell && cell.dataset.value !== undefined ? Number(value) : value.toLowerCase();
};

// Rows without a value come last, whichever way the others are sorted.
const compare = (column, sign) => (one, other) => {
  const [a, b] = [valueOf(one, column), valueOf(other, column)];
  if (a === "" || b === "") return (a === "") - (b === "");
  if (typeof a === "number") return sign * (a - b);
  return sign * a.localeCompare(b, "en", { numeric: true });
};

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
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
  const number = rows.filter((row) => !row.hidden).length;
  shown.textContent = filter.value ? `${number} of ${rows.length}` : "";
};

for (const header of headers) {
  header.querySelector("button")?.addEventListener("click", () => sortBy(header));
}
filter.addEventListener("input", showMatching);
