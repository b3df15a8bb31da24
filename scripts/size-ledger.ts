import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

/** Lines a file may have before it must be split; a table of names is the only thing that comes near. */
const mostLines = 500;

const sizes = new Map<string, { files: number; lines: number; longest: number; longestFile: string }>();
const tooLong: string[] = [];
for (const file of readdirSync("src", { recursive: true, encoding: "utf8" })) {
  if (!file.endsWith(".ts")) continue;
  const room = file.includes(sep) ? file.split(sep)[0]! : "(top)";
  const lines = readFileSync(join("src", file), "utf8").split("\n").length - 1;
  const size = sizes.get(room) ?? { files: 0, lines: 0, longest: 0, longestFile: "" };
  sizes.set(room, {
    files: size.files + 1,
    lines: size.lines + lines,
    ...(lines > size.longest
      ? { longest: lines, longestFile: file }
      : { longest: size.longest, longestFile: size.longestFile }),
  });
  if (lines > mostLines) tooLong.push(`${file}: ${lines} lines`);
}
console.log("room          files  lines  longest");
for (const [room, { files, lines, longest, longestFile }] of sizes) {
  console.log(
    `${room.padEnd(12)} ${String(files).padStart(6)} ${String(lines).padStart(6)} ${String(longest).padStart(8)}  ${longestFile}`,
  );
}
if (tooLong.length > 0) {
  console.error(`over ${mostLines} lines, split them:\n${tooLong.join("\n")}`);
  process.exitCode = 1;
}
