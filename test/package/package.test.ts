import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** What the package may weigh, in bytes. */
const LARGEST = 3_000_000;

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

describe("the package", () => {
  const folder = mkdtempSync(join(tmpdir(), "marchenko-pack-"));
  let packed: Packed;
  let tarball: string;
  beforeAll(() => {
    const args = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
    const text = execFileSync("npm", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    packed = (JSON.parse(text) as Packed[])[0]!;
    tarball = join(folder, packed.filename);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const check = (tool: string, ...args: string[]): { status: number | null; output: string } => {
    const { status, stdout, stderr } = spawnSync(resolve("node_modules/.bin", tool), args, {
      encoding: "utf8",
      cwd: folder,
    });
    return { status, output: `${stdout}${stderr}` };
  };

  test("is smaller than 3 MB", () => {
    expect(statSync(tarball).size).toBeLessThan(LARGEST);
  });

  test("has what it reads and what its README leads to, and neither sources nor tests", () => {
    const paths = packed.files.map(({ path }) => path);
    for (const path of [
      "dist/cli/bin.js",
      "dist/viewer/index.html",
      "dist/analysis/compute-worker.js",
      "dist/backends/wasm/worker.js",
      "data/austen.txt.br",
      "data/digits.csv.gz",
      "src/guides/numbers.md",
    ])
      expect(paths).toContain(path);
    expect(paths.filter((path) => /^(?:test|scripts|reports)\/|\.map$|\/src\/.*\.ts$/.test(path))).toEqual(
      [],
    );
  });

  test("has every module that its entries, threads and command import", () => {
    const paths = new Set(packed.files.map(({ path }) => path));
    for (const path of [...paths].filter((each) => each.endsWith(".js"))) {
      const text = readFileSync(path, "utf8");
      for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+\.js)"/g)) {
        expect(paths.has(join(path, "..", specifier!)), `${path} imports ${specifier}`).toBe(true);
      }
    }
  });

  test("has types for all that its types speak of", () => {
    const paths = new Set(packed.files.map(({ path }) => path));
    for (const path of [...paths].filter((each) => each.endsWith(".d.ts"))) {
      const text = readFileSync(path, "utf8");
      for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)\.[jt]s"/g)) {
        expect(paths.has(`${join(path, "..", specifier!)}.d.ts`), `${path} imports ${specifier}`).toBe(true);
      }
    }
  });

  test("is clean by publint", () => {
    const { status, output } = check("publint", tarball, "--strict");
    expect(output).toContain("All good!");
    expect(status).toBe(0);
  });

  test("resolves with its types wherever modules do, by attw", () => {
    // The viewer is a page, and has no types.
    const { status, output } = check(
      "attw",
      tarball,
      "--profile",
      "esm-only",
      "--exclude-entrypoints",
      "viewer.html",
    );
    expect(status, output).toBe(0);
  });
});
