import picomatch from "picomatch";
import { UsageError } from "../errors.ts";

/**
 * A test whether a name matches one of several glob patterns.
 *
 * Names are not paths: `*` and `?` match dots, slashes and brackets too. `{q,k}` is a choice, `[01]`
 * a set of characters, `!` in front negates; a pattern that is a name to the letter matches it,
 * brackets included.
 *
 * @param patterns - globs; none match nothing.
 * @returns whether a name matches any of them.
 * @throws {UsageError} If a pattern is empty or too long.
 */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  const matchers = patterns.map((pattern) => {
    try {
      return picomatch(withoutSlashes(pattern), { dot: true });
    } catch (cause) {
      throw new UsageError(
        `a pattern of names has 1 to 65536 characters, got ${pattern.length}: "${pattern.slice(0, 40)}"`,
        {
          cause,
        },
      );
    }
  });
  return (name) => patterns.includes(name) || matchers.some((matches) => matches(withoutSlashes(name)));
}

/** picomatch's stars stop at slashes and nowhere else, so that names get a letter instead of them. */
function withoutSlashes(text: string): string {
  return text.replaceAll("/", "\u2215");
}
