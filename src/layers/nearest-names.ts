/**
 * The names that a pattern without a match was probably meant for.
 *
 * @param pattern - a glob or a misspelt name.
 * @param names - the names there are.
 * @param count - how many at most.
 * @returns names by edit distance to the pattern, stars costing nothing; the nearest first.
 */
export function nearestNames(pattern: string, names: readonly string[], count = 3): string[] {
  return [...new Set(names)]
    .map((name) => ({ name, distance: globDistance(pattern.slice(0, 256), name.slice(0, 256)) }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}

/** Levenshtein distance in which a star of the pattern stands for any run of letters. */
function globDistance(pattern: string, name: string): number {
  let row = Array.from({ length: name.length + 1 }, (_, j) => j);
  for (const letter of pattern) {
    const next = [letter === "*" ? row[0]! : row[0]! + 1];
    for (let j = 1; j <= name.length; j++) {
      const isFree = letter === "*";
      const substituted = row[j - 1]! + (isFree || letter === name[j - 1] ? 0 : 1);
      const dropped = row[j]! + (isFree ? 0 : 1);
      const added = next[j - 1]! + (isFree ? 0 : 1);
      next.push(Math.min(substituted, dropped, added));
    }
    row = next;
  }
  return row[name.length]!;
}
