const ellipsis = "…";
/** Of the characters that a name keeps, those at its end: names differ there. */
const tailShare = 0.6;

/** Names differ at their ends: the middle goes first. */
export function shortenMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const tail = Math.ceil((width - 1) * tailShare);
  return `${text.slice(0, width - 1 - tail)}${ellipsis}${text.slice(-tail)}`;
}

/**
 * Names no wider than a column, of which no two that differ look the same.
 *
 * A name loses its middle. Of those that would be alike, what they have in common goes instead: they keep a part of
 * the start, where they differ, and a part of the end (`separ…v2d_5…e_kernel`). Names too long even for that get a
 * number at their ends.
 *
 * @param names - in the order of the rows; one may be there twice, and is then shortened alike.
 * @param width - of the column, in characters; at least 8.
 * @returns a name for each, in their order.
 */
export function shortenNames(names: readonly string[], width: number): string[] {
  const short = distinctForms([...new Set(names)], width);
  const taken = new Set<string>();
  const whole = (name: string, form: string) => (name === form ? 0 : 1);
  // A name that fits stays as it is, whatever another one is shortened to.
  for (const [name, form] of [...short].sort((a, b) => whole(...a) - whole(...b))) {
    const free = taken.has(form) ? numbered(form, width, taken) : form;
    taken.add(free);
    short.set(name, free);
  }
  return names.map((name) => short.get(name)!);
}

/** What almost all names of weights end with: it tells nothing. */
const usualEnd = /[./]weight$/;
/** Between the parts of a name. */
const separator = /[./]/;

/**
 * Names without what tells them from none of the others, where one is too long for a column: the usual end of weights,
 * and the parts that all begin with (`encoder.layer.2.output.dense.weight` -> `…2.output.dense`).
 *
 * @param width - of the column, in characters.
 * @returns a name for each, in their order; no two alike that were not.
 */
export function withoutCommonParts(names: readonly string[], width: number): string[] {
  if (names.every(({ length }) => length <= width)) return [...names];
  const ended = names.map((name) => name.replace(usualEnd, ""));
  const bare = new Set(ended).size === new Set(names).size ? ended : names;
  if (new Set(bare).size < 2 || bare.every(({ length }) => length <= width)) return [...bare];
  let start = commonStart(bare);
  while (start > 0 && !separator.test(bare[0]![start - 1]!)) start--;
  return start < 2 ? [...bare] : bare.map((name) => `${ellipsis}${name.slice(start)}`);
}

/** The form of each name; alike only where their differences don't fit. */
function distinctForms(names: readonly string[], width: number): Map<string, string> {
  const forms = new Map(names.map((name) => [name, shortenMiddle(name, width)]));
  for (const alike of alikeGroups(forms)) {
    if (alike.length === 1) continue;
    const start = commonStart(alike);
    const end = commonEnd(alike, start);
    const kernels = alike.map((name) => name.slice(start, name.length - end));
    // A quarter each for their start and their end, where these are as long; the rest for where they differ.
    const quarter = Math.floor((width - 2) / 4);
    const room = width - 2 - Math.min(start, quarter) - Math.min(end, quarter);
    if (room < 1 || start + end === 0) continue;
    const inner = distinctForms(kernels, room);
    for (const [i, name] of alike.entries()) {
      const kernel = inner.get(kernels[i]!)!;
      const spare = width - 2 - kernel.length;
      const tail = Math.min(end, Math.max(quarter, spare - start));
      const head = Math.min(start, spare - tail);
      forms.set(name, pieced(name, head, start, kernel, end, tail));
    }
  }
  return forms;
}

/** The names of each form. */
function alikeGroups(forms: ReadonlyMap<string, string>): string[][] {
  const groups = new Map<string, string[]>();
  for (const [name, form] of forms) {
    const group = groups.get(form);
    if (group) group.push(name);
    else groups.set(form, [name]);
  }
  return [...groups.values()];
}

/** Beginning, difference and end of a name, with a mark where something was left out between them. */
function pieced(
  name: string,
  head: number,
  start: number,
  kernel: string,
  end: number,
  tail: number,
): string {
  const gapBefore = head < start ? ellipsis : "";
  const gapAfter = tail < end ? ellipsis : "";
  return `${name.slice(0, head)}${gapBefore}${kernel}${gapAfter}${tail === 0 ? "" : name.slice(-tail)}`;
}

function commonStart(names: readonly string[]): number {
  const shortest = Math.min(...names.map(({ length }) => length));
  let length = 0;
  while (length < shortest && names.every((name) => name[length] === names[0]![length])) length++;
  return length;
}

/** Of what follows a common start. */
function commonEnd(names: readonly string[], start: number): number {
  const shortest = Math.min(...names.map(({ length }) => length)) - start;
  let length = 0;
  while (length < shortest && names.every((name) => name.at(-1 - length) === names[0]!.at(-1 - length))) {
    length++;
  }
  return length;
}

/** A form with the first number at its end that makes it another than all that are taken. */
function numbered(form: string, width: number, taken: ReadonlySet<string>): string {
  for (let n = 2; ; n++) {
    const mark = `~${n}`;
    const candidate = form.slice(0, Math.max(0, width - mark.length)) + mark;
    if (!taken.has(candidate)) return candidate;
  }
}
