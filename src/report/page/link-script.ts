/**
 * What is shown, kept in the link: `#ID&sort=-metrics.stableRank&verdict=structured`, the id of a section or card and then
 * what the tables are sorted and filtered by. Each choice is a step back in the browser's history. Where several models
 * share the page, keys end in what the ids of theirs end in.
 */
export const linkScript = `
const keepers = [];
const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };
const readLink = () => {
  const [id, ...rest] = location.hash.slice(1).split("&");
  return { id: decoded(id), values: new URLSearchParams(rest.join("&")) };
};
const linkOf = (id) => {
  const values = new URLSearchParams();
  for (const keeper of keepers) keeper.write(values);
  const text = values.toString();
  return "#" + id + (text && "&" + text);
};
let shownId = "";
// Typing is one step of history, as long as it goes on.
let typing = false;
const record = (isTyping = false) => {
  const link = linkOf(shownId);
  if (link === (location.hash || "#")) return;
  try { history[isTyping && typing ? "replaceState" : "pushState"](null, "", link); } catch {}
  typing = isTyping;
};
let marked = null;
const reveal = (id, view) => {
  shownId = id;
  const target = document.getElementById(id);
  marked?.classList.remove("target");
  marked = target;
  if (target === null) return;
  target.classList.add("target");
  for (let each = target; each !== null; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  if (target.matches(".card")) drawViews(target);
  (all("[data-view]", target).find((figure) => figure.dataset.view === view) ?? target).scrollIntoView();
};
const follow = (isFirst) => {
  const { id, values } = readLink();
  for (const keeper of keepers) keeper.read(values);
  if (isFirst ? id !== "" : id !== shownId) reveal(id, values.get("view"));
  typing = false;
};
addEventListener("popstate", () => follow(false));
addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#"]');
  if (!link || event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const id = decoded(link.hash.slice(1));
  const next = linkOf(id);
  typing = false;
  // A plain link is the browser's own; one that carries choices it takes for an unknown id.
  if (!next.includes("&")) return reveal(id);
  event.preventDefault();
  try { if (next !== location.hash) history.pushState(null, "", next); } catch {}
  reveal(id);
  const target = document.getElementById(id);
  const focused = target?.matches("details") ? target.querySelector("summary") : target;
  if (!focused) return;
  if (!focused.matches("summary,[tabindex]")) focused.tabIndex = -1;
  focused.focus({ preventScroll: true });
});
const copyText = (button, copy) => {
  if (!navigator.clipboard) return;
  const text = button.textContent;
  navigator.clipboard.writeText(copy).then(() => {
    button.textContent = "copied";
    button.classList.add("done");
    setTimeout(() => { button.textContent = text; button.classList.remove("done"); }, 1200);
  }, () => {});
};
for (const text of navigator.clipboard ? all("pre[data-copy]") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.setAttribute("aria-label", "Copy the " + text.dataset.copy);
  button.addEventListener("click", () => copyText(button, text.textContent));
  text.previousElementSibling.append(" ", button);
}
// Links to sections and cards are copied when followed.
for (const anchor of all("a.anchor")) {
  anchor.addEventListener("click", () => copyText(anchor, location.href.split("#")[0] + linkOf(decoded(anchor.hash.slice(1)))));
}
`;
