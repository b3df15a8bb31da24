import { shortPath } from "./path-data.ts";

/**
 * The body of an SVG that Vega wrote, in a third of the bytes: without what Vega keeps for its own use, lines as paths,
 * what looks alike and stands beside each other in one path, words that look alike in one group.
 *
 * @param svg - elements without comments; attributes quoted with `"`.
 * @returns elements that look the same.
 */
export function compactSvg(svg: string): string {
  const plain = svg
    .replace(/<path class="(?:background|foreground)"[^>]*\/>/g, "")
    .replace(/<text[^>]* opacity="0"[^>]*>[^<]*<\/text>/g, "") // labels that would overlap
    .replace(/ (?:class|role|aria-[a-z]+|pointer-events|font-family|xml:space)="[^"]*"/g, "")
    .replace(/ (?:opacity|stroke-width)="1"/g, "")
    .replace(/ font-(?:size="12px"|weight="normal")/g, "")
    .replace(/<line([^>]*)\/>/g, (_, attributes: string) => lineAsPath(attributes))
    .replace(/<path([^>]*)\/>/g, (whole, attributes: string) => shortened(attributes) ?? whole)
    .replace(/ (?:transform|[xy][12]?)="[^"]*"/g, roundNumbers)
    .replace(/ transform="translate\(0,0\)"/g, "")
    .replace(/<text([^>]*) transform="translate\(([^,]*),([^)]*)\)"/g, '<text$1 x="$2" y="$3"');
  return groupWords(joinPaths(unwrap(plain)));
}

function roundNumbers(attribute: string): string {
  return attribute.replace(/-?\d+\.\d\d+(?:e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(1))));
}

/** The attributes of an element by their names, and those that are not among `taken` as they stand. */
function parted(attributes: string, taken: readonly string[]) {
  const all = [...attributes.matchAll(/ ([\w:-]+)="([^"]*)"/g)];
  const rest = all.filter(([, name]) => !taken.includes(name!)).map(([text]) => text);
  return { values: new Map(all.map(([, name, value]) => [name!, value!])), rest: rest.join("") };
}

function lineAsPath(attributes: string): string {
  const { values, rest } = parted(attributes, ["x1", "y1", "x2", "y2"]);
  const at = (name: string) => values.get(name) ?? "0";
  return `<path d="M${at("x1")},${at("y1")}L${at("x2")},${at("y2")}"${rest}/>`;
}

/** A path that is moved by nothing but an offset, with the offset in its data. */
function shortened(attributes: string): string | null {
  const { values, rest } = parted(attributes, ["d", "transform"]);
  const moved = /^translate\(([^,()]+),([^,()]+)\)$/.exec(values.get("transform") ?? "translate(0,0)");
  const data = moved && shortPath(values.get("d") ?? "", Number(moved[1]), Number(moved[2]));
  return data === null ? null : `<path d="${data}"${rest}/>`;
}

/** Groups without attributes group nothing, nor do those without content. */
function unwrap(svg: string): string {
  const open: boolean[] = [];
  const without = svg.replaceAll("<g/>", "").replace(/<g>|<g [^>]*>|<\/g>/g, (tag) => {
    if (tag === "</g>") return open.pop() ? tag : "";
    open.push(tag !== "<g>");
    return tag === "<g>" ? "" : tag;
  });
  let before = "";
  let after = without;
  while (after !== before) {
    before = after;
    after = after.replace(/<g [^>]*><\/g>/g, "");
  }
  return after;
}

/** Paths beside each other that look alike are one. */
function joinPaths(svg: string): string {
  return svg.replace(/(?:<path d="M[^"]*"[^>]*\/>)+/g, (run) => {
    const joined: { data: string; rest: string }[] = [];
    for (const [, data = "", rest = ""] of run.matchAll(/<path d="([^"]*)"([^>]*)\/>/g)) {
      const last = joined.at(-1);
      if (last && last.rest === rest && !rest.includes("transform")) last.data += data;
      else joined.push({ data, rest });
    }
    return joined.map(({ data, rest }) => `<path d="${data}"${rest}/>`).join("");
  });
}

/** Words beside each other that look alike have their look from a group. */
function groupWords(svg: string): string {
  return svg.replace(/(?:<text[^>]*>[^<]*<\/text>)+/g, (run) => {
    const groups: { look: string; words: string[] }[] = [];
    for (const [, attributes = "", text = ""] of run.matchAll(/<text([^>]*)>([^<]*)<\/text>/g)) {
      const { rest: look } = parted(attributes, ["x", "y", "transform"]);
      const place = attributes.replace(/ (?!x=|y=|transform=)[\w:-]+="[^"]*"/g, "");
      const last = groups.at(-1);
      const word = `<text${place}>${text}</text>`;
      if (last?.look === look) last.words.push(word);
      else groups.push({ look, words: [word] });
    }
    return groups.map(({ look, words }) => `<g${look}>${words.join("")}</g>`).join("");
  });
}
