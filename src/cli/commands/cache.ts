import { rm } from "node:fs/promises";
import { Command, Option } from "commander";
import { type CacheFile, cacheFiles, usualCacheBytes } from "../../analysis/cache-folder.ts";
import { readableBytes } from "../../checkpoint/memory-limit.ts";
import { renderJson } from "../../report/json.ts";
import { cannotWrite } from "../outputs.ts";
import { cachePlace } from "../spectrum-cache.ts";
import { printData, talk } from "../terminal.ts";

export function cacheCommand(): Command {
  const command = new Command("cache")
    .description("The spectra that analyze keeps, so that the next run on the same weights costs seconds.")
    .addHelpText(
      "after",
      `
They lie in MARCHENKO_CACHE, by default $XDG_CACHE_HOME/marchenko or ~/.cache/marchenko; MARCHENKO_CACHE=off
keeps none, nor does analyze --no-cache. At most ${readableBytes(usualCacheBytes)} are kept; what was of no use for
longest goes first.

Examples:
  marchenko cache ls
  marchenko cache rm`,
    );
  command
    .command("ls")
    .description("Where the cache is, how many entries it has, and how large they are.")
    .addOption(new Option("--format <format>", "what to print").choices(["table", "json"]).default("table"))
    .action(async ({ format }: { format: string }) => {
      const folder = cachePlace();
      const files = folder === null ? [] : await cacheFiles(folder);
      const facts = { folder, entries: files.length, bytes: bytesOf(files), mostBytes: usualCacheBytes };
      const size = `${readableBytes(facts.bytes)} of at most ${readableBytes(facts.mostBytes)}`;
      const text = folder === null ? "off" : `${folder}: ${entriesText(files)}, ${size}`;
      await printData(format === "json" ? renderJson(facts) : text);
    });
  command
    .command("rm")
    .description("Removes the entries of the cache, and nothing else.")
    .option("-q, --quiet", "print nothing but errors")
    .action(async ({ quiet }: { quiet?: boolean }) => {
      const folder = cachePlace();
      const files = folder === null ? [] : await cacheFiles(folder);
      for (const { path } of files) {
        await rm(path, { force: true }).catch((error: unknown) => {
          throw cannotWrite(path, error);
        });
      }
      if (!quiet) talk(`removed ${entriesText(files)}, ${readableBytes(bytesOf(files))}`);
    });
  return command;
}

function bytesOf(files: readonly CacheFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function entriesText({ length }: readonly CacheFile[]): string {
  return `${length} ${length === 1 ? "entry" : "entries"}`;
}
