import { nameMatcher } from "../layers/name-globs.ts";
import { nearestNames } from "../layers/nearest-names.ts";
import { talk } from "./terminal.ts";

/**
 * Says which globs match no name, with the names that they were perhaps meant for: where others match, nothing else
 * tells.
 *
 * @param globs - by the option that they were given to.
 * @param names - of tensors and layers.
 */
export function talkOfUnmatched(
  globs: Readonly<Record<string, readonly string[] | undefined>>,
  names: readonly string[],
): void {
  const known = [...new Set(names)];
  for (const [option, patterns = []] of Object.entries(globs)) {
    for (const pattern of patterns) {
      if (known.length === 0 || known.some(nameMatcher([pattern]))) continue;
      const near = nearestNames(pattern, known).join(", ");
      talk(`warning: nothing matches ${option} ${pattern}; names like it are ${near}`);
    }
  }
}
