import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { expect, test } from "vitest";

/** The rooms of `src/`, in the order the data walks through them. A file sees only its own and earlier ones. */
const rooms = [
  "linalg",
  "kernels",
  "checkpoint",
  "autodiff",
  "backends",
  "datasets",
  "sparsity",
  "models",
  "train",
  "layers",
  "spectrum",
  "laws",
  "fits",
  "metrics",
  "analysis",
  "trajectories",
  "comparison",
  "measure",
  "noise",
  "experiments",
  "selftest",
  "gate",
  "report",
  "compat",
  "viewer",
  "cli",
];

const importPattern = /(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g;
const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
  (file) =>
    file.includes(sep) &&
    file.endsWith(".ts") &&
    !file.startsWith(join("kernels", "assembly")) &&
    !file.startsWith(join("kernels", "training") + sep) &&
    !file.startsWith(join("kernels", "decoding") + sep),
);

/** Paths, relative to src, that a file imports. */
function importsOf(file: string): string[] {
  const text = readFileSync(join("src", file), "utf8");
  return Array.from(text.matchAll(importPattern), ([, specifier]) =>
    relative("src", join("src", dirname(file), specifier!)),
  );
}

test("every folder of src is a room, and every room has something in it; guides are beside them", () => {
  const folders = readdirSync("src", { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== "guides",
  );
  expect(folders.map((folder) => folder.name).sort()).toEqual([...rooms].sort());
});

test.each(files)("%s imports from its own room or an earlier one", (file) => {
  const place = rooms.indexOf(file.split(sep)[0]!);
  for (const target of importsOf(file)) {
    if (!target.includes(sep)) {
      expect(target, `${file}: of the top level only the errors are for all`).toBe("errors.ts");
      continue;
    }
    expect(rooms.indexOf(target.split(sep)[0]!), `${file} -> ${target}`).toBeLessThanOrEqual(place);
  }
});

test("no file imports itself through others", () => {
  const state = new Map<string, "open" | "done">();
  const visit = (file: string, path: string[]): void => {
    if (state.get(file) === "done") return;
    expect(state.get(file), [...path, file].join(" -> ")).toBeUndefined();
    state.set(file, "open");
    for (const target of importsOf(file)) if (files.includes(target)) visit(target, [...path, file]);
    state.set(file, "done");
  };
  for (const file of files) visit(file, []);
});

test("the clock, unseeded randomness and printing stay in cli", () => {
  const forbidden = /Math\.random\(|Date\.now\(|new Date\(|console\.|process\.(?:stdout|stderr|exit)/;
  for (const file of files.filter((each) => !each.startsWith("cli"))) {
    expect(readFileSync(join("src", file), "utf8"), file).not.toMatch(forbidden);
  }
});
