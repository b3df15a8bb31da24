import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { Command } from "commander";
import { analyze } from "../../analysis/analyze.ts";
import { UsageError } from "../../errors.ts";
import { jsonPieces } from "../../report/json.ts";
import { renderReport } from "../../report/page/render-page.ts";
import { type GivenReport, withReport } from "../../viewer/viewer-document.ts";
import { openInBrowser } from "../open-in-browser.ts";
import { parseCount, parsePort } from "../options.ts";
import { remoteAccess } from "../remote-access.ts";
import { savedReport } from "../saved-report.ts";
import { servePage } from "../serve-page.ts";
import { printData, talk } from "../terminal.ts";
import { viewerText } from "../viewer-text.ts";
import { watchedRun } from "../watched-run.ts";

interface Flags {
  readonly open: boolean;
  readonly port: number;
  readonly workers?: number;
  readonly progress: boolean;
  readonly quiet?: boolean;
}

export function viewCommand(): Command {
  return new Command("view")
    .description(
      "Opens the viewer: a page on which files are dropped, analysed and looked at, and a small model is trained. It is served to this machine alone, and makes no request.",
    )
    .argument("[path]", "a saved result, or what analyze takes: the page opens with its report")
    .option("--no-open", "print the address, and open no browser")
    .option("--port <n>", "of 127.0.0.1; by default a free one", parsePort, 0)
    .option("--workers <n>", "threads of the analysis; one a core by default", parseCount)
    .option("--no-progress", "don't show progress")
    .option("-q, --quiet", "print the address alone")
    .addHelpText(
      "after",
      `
Examples:
  marchenko view                           drop a safetensors, GGUF, npz or .pt file there
  marchenko view model.safetensors         analysed here, looked at there
  marchenko view run.json --no-open        prints the address`,
    )
    .action(async (path: string | undefined, flags: Flags) => {
      const viewer = await viewerText();
      const given = path === undefined ? null : await reportOf(path, flags);
      const server = await servePage(given ? withReport(viewer, given) : viewer, flags.port);
      await printData(server.address);
      if (!flags.quiet) talk("the viewer is open as long as this runs; Ctrl-C ends it");
      if (flags.open) {
        openInBrowser(server.address, () => talk(`no browser could be opened: go to ${server.address}`));
      }
      await server.closed;
    });
}

async function reportOf(path: string, { workers, progress, quiet }: Flags): Promise<GivenReport> {
  const saved = await savedReport(path);
  if (saved) return saved;
  let given: GivenReport | null = null;
  await watchedRun(undefined, progress && !quiet ? "auto" : "none", async ({ progress, signal }) => {
    const result = await analyze(path, {
      workers: Math.min(workers ?? availableParallelism(), 4 * availableParallelism()),
      signal,
      remote: remoteAccess(),
      onProgress: (event) => progress.update(event),
    });
    progress.end();
    given = {
      name: basename(path),
      page: await renderReport(result),
      json: [...jsonPieces(result)].join(""),
    };
  });
  if (given) return given;
  throw new UsageError(`${path} gave no report`);
}
