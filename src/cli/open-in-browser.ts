import { spawn } from "node:child_process";

/** What opens an address on each system; the rest has what the desktop standard names. */
const openers: Readonly<Record<string, readonly string[]>> = {
  darwin: ["open"],
  win32: ["explorer.exe"],
};

/** Opens an address in the user's browser. @param onFailure - called where there is nothing to open it with. */
export function openInBrowser(address: string, onFailure: () => void): void {
  const [program, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(program!, [...args, address], { stdio: "ignore", detached: true });
  child.on("error", onFailure);
  // Explorer ends with 1 though it has opened the page.
  if (process.platform !== "win32") child.on("exit", (code) => code !== 0 && onFailure());
  child.unref();
}
