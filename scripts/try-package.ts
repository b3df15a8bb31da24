import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandBlocks } from "./command-blocks.ts";

/**
 * Installs the packed package in an empty folder, with an empty cache of npm and of spectra, and runs the commands of
 * Markdown files there as they are printed, one folder for all; `npm install marchenko` takes the tarball. A block that
 * needs what is not everywhere is only listed. Ends with code 1 if a command fails.
 */
const folder = mkdtempSync(join(tmpdir(), "marchenko-try-"));
const home = join(folder, "home");
const work = join(folder, "work");
for (const each of [home, work]) mkdirSync(each);
const env: NodeJS.ProcessEnv = {
  ...process.env,
  HOME: home,
  XDG_CACHE_HOME: join(home, "cache"),
  npm_config_cache: join(home, "npm"),
};
delete env.MARCHENKO_CACHE;

const packed = execFileSync("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
  encoding: "utf8",
});
const tarball = join(folder, packed.trim().split("\n").at(-1)!);

let failures = 0;
function run(command: string): void {
  console.log(`$ ${command}`);
  const started = performance.now();
  const { status, stderr } = spawnSync("sh", ["-c", command], {
    cwd: work,
    env,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    maxBuffer: 1 << 28,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`  ${status === 0 ? "ok" : `exit ${status}`}, ${seconds} s`);
  if (status === 0) return;
  failures++;
  console.log(stderr.split("\n").slice(-12).join("\n"));
}

run(`npm init -y && npm install --no-audit --no-fund ${tarball}`);
let listed = 0;
for (const file of process.argv.slice(2)) {
  for (const { line, commands, needs } of commandBlocks(readFileSync(file, "utf8"))) {
    if (needs !== null) {
      listed += commands.length;
      console.log(`not run (${file}:${line}, "${needs}"): ${commands.length} commands`);
    } else
      for (const command of commands)
        run(command.replace(/^npm install marchenko$/, `npm install ${tarball}`));
  }
}
rmSync(folder, { recursive: true });
console.log(`${failures} commands failed, ${listed} not run`);
process.exitCode = failures === 0 ? 0 : 1;
