/** A number of a card tells its meaning, formula and source where it stands, from the table of definitions. */
export const definitionScript = `
const definitions = new Map(all(".definitions th[data-title]").map((head) => [head.dataset.title, head]));
const toldOf = (head, element) => {
  const note = document.createElement(element);
  note.className = "told";
  const [meaning, formula, source] = [...head.parentElement.cells].slice(1).map((cell) => cell.textContent);
  const symbol = head.querySelector("small").textContent;
  for (const [title, text] of [["", meaning], [symbol + ": ", formula], ["Source: ", source]]) {
    if (text === "") continue;
    const line = document.createElement("p");
    line.append(title, text);
    note.append(line);
  }
  return note;
};
// The words of a term become a button that shows and hides what is told, where "put" puts it.
const makeTelling = (term, element, put) => {
  const head = definitions.get(term.textContent);
  if (head === undefined || term.firstElementChild) return;
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.append(...term.childNodes);
  const note = toldOf(head, element);
  button.addEventListener("click", () => {
    if (note.isConnected) note.remove();
    else put(note);
    button.setAttribute("aria-expanded", String(note.isConnected));
  });
  term.append(button);
};
const tellNumbers = (card) => {
  for (const term of all(".numbers dt", card)) makeTelling(term, "dd", (note) => term.parentElement.append(note));
  for (const term of all(".numeric thead th", card)) makeTelling(term, "div", (note) => term.closest(".scroll").after(note));
};
for (const card of all(".card")) {
  if (card.open) tellNumbers(card);
  card.addEventListener("toggle", () => { if (card.open) tellNumbers(card); });
}
`;
