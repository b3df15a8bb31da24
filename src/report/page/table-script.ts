/** Sorts and filters tables of layers, and keeps both in the link. */
export const tableScript = `
// Ascending, descending, as in the file. Rows without a value stay last.
const valueOf = (row, column, kind) => {
  const cell = row.cells[column];
  const text = cell.dataset.value ?? cell.textContent;
  return kind === "number" ? (text === "" ? null : Number(text)) : text;
};
const compare = (a, b) => a === b ? 0 : a === null || a === "" ? 2 : b === null || b === "" ? -2 : a < b ? -1 : 1;
const suffixOf = (table) => (table.parentElement.getAttribute("aria-labelledby") ?? "").replace(/^layers/, "");
const keyOf = (head) => head.dataset.key ?? head.textContent.trim();
for (const table of all("table.layers")) {
  const body = table.tBodies[0];
  const original = [...body.rows];
  const heads = all("th[data-sort]", table);
  const sort = (head, order) => {
    for (const other of heads) other.removeAttribute("aria-sort");
    let rows = original;
    if (head && order) {
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const keyed = original.map((row) => [valueOf(row, head.cellIndex, head.dataset.sort), row]);
      keyed.sort(([a], [b]) => { const c = compare(a, b); return Math.abs(c) === 2 ? c : sign * c; });
      rows = keyed.map(([, row]) => row);
    }
    body.append(...rows);
  };
  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const order = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
      sort(head, order === undefined ? "ascending" : order);
      record();
    });
  }
  const key = "sort" + suffixOf(table);
  const sorted = () => {
    const head = heads.find((each) => each.hasAttribute("aria-sort"));
    return head ? (head.getAttribute("aria-sort") === "descending" ? "-" : "") + keyOf(head) : "";
  };
  keepers.push({
    write: (values) => { if (sorted()) values.set(key, sorted()); },
    read: (values) => {
      const wanted = values.get(key) ?? "";
      if (wanted === sorted()) return;
      const name = wanted.replace(/^-/, "");
      sort(heads.find((each) => keyOf(each) === name), wanted.startsWith("-") ? "descending" : "ascending");
    },
  });
}

// By name and role, verdict, kind and place.
const filters = new Map();
for (const form of all("form.filter")) {
  const table = form.parentElement.querySelector("table.layers"), suffix = suffixOf(table);
  const rows = [...table.tBodies[0].rows];
  const fields = [...form.elements].filter((each) => each.name);
  const chosen = (name) => form.elements[name]?.value.trim() ?? "";
  const listeners = [];
  const apply = () => {
    const text = chosen("text").toLowerCase(), from = chosen("from"), to = chosen("to");
    let shown = 0;
    for (const row of rows) {
      const words = (row.cells[0].textContent + " " + row.cells[2].textContent).toLowerCase();
      const place = row.dataset.place ?? "";
      row.hidden = !(words.includes(text) && ["verdict", "kind"].every((name) => chosen(name) === "" || row.dataset[name] === chosen(name)) &&
        (from + to === "" || (place !== "" && (from === "" || Number(place) >= Number(from)) && (to === "" || Number(place) <= Number(to)))));
      if (!row.hidden) shown++;
    }
    form.querySelector("output").textContent = shown + " of " + rows.length + " rows";
    for (const listener of listeners) listener(shown);
  };
  form.addEventListener("input", (event) => { apply(); record(event.target.matches("input")); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  keepers.push({
    write: (values) => { for (const each of fields) if (each.value.trim() !== "") values.set(each.name + suffix, each.value.trim()); },
    read: (values) => {
      for (const each of fields) {
        each.value = values.get(each.name + suffix) ?? "";
        // A link may name a verdict or kind that this page has not.
        if (each.selectedIndex === -1) each.value = "";
      }
      apply();
    },
  });
  filters.set(suffix, { form, apply, listeners });
}
`;
