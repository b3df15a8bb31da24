/** What a page needs of a checkpoint to name it. */
export interface NamedCheckpoint {
  readonly id: string;
  readonly path: string;
  readonly step: number | null;
  readonly epoch: number | null;
}

/** What checkpoints of one run are called: the run's folder and from which step to which, else their ids. */
export function checkpointsTitle(checkpoints: readonly NamedCheckpoint[]): string {
  const ids = [...new Set(checkpoints.map((checkpoint) => checkpoint.id))];
  if (ids.length === 0) return "Nothing measured";
  const name = runName(checkpoints);
  if (name === null) return ids.length > 3 ? `${ids.length} checkpoints` : ids.join(", ");
  const range = rangeOf("step", checkpoints) ?? rangeOf("epoch", checkpoints);
  return `${name}, ${range ?? (ids.length > 1 ? `${ids.length} checkpoints` : ids[0])}`;
}

/** The folder that all of them are in; null where there is none. */
export function runName(checkpoints: readonly Pick<NamedCheckpoint, "path">[]): string | null {
  const folders = checkpoints.map(({ path }) => path.split(/[/\\]/).filter(isName).slice(0, -1));
  const [folder = []] = folders;
  if (folders.some((other) => other.join("/") !== folder.join("/"))) return null;
  // A training run keeps its checkpoints in a folder of that name: the run's own says more.
  return (folder.at(-1) === "checkpoints" ? folder.at(-2) : folder.at(-1)) ?? null;
}

/** `steps 0 to 3450`; null where one of them has no such number. */
export function rangeOf(noun: "step" | "epoch", checkpoints: readonly NamedCheckpoint[]): string | null {
  const numbers = checkpoints.map((checkpoint) => checkpoint[noun]).filter((number) => number !== null);
  if (numbers.length < checkpoints.length) return null;
  const [first, last] = [numbers[0], numbers.at(-1)];
  return first === last ? `${noun} ${first}` : `${noun}s ${first} to ${last}`;
}

function isName(part: string): boolean {
  return part !== "" && part !== "." && part !== "..";
}
