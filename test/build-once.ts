import { execFileSync } from "node:child_process";

/** Tests of the command and of worker threads run what is built: build it before any of them. */
export default function buildOnce(): void {
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
}
