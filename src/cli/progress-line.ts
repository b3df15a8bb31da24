import type { ProgressEvent } from "../analysis/progress.ts";
import { columnsOf, plain, talk } from "./terminal.ts";

/** Shows how far an analysis is, on stderr. */
export interface ProgressLine {
  update(event: ProgressEvent): void;
  /** Shows a share of the work, 0 to 1, and what was done last. */
  advance(share: number, what: string): void;
  /** Removes the line, so that what follows starts clean. */
  end(): void;
}

/** Until then the time went into starting threads, and says nothing of the time left. */
const startUpSeconds = 2;
/** Without a terminal a line is printed each time this share of the work is done. */
const plainStep = 0.1;

/**
 * One line, redrawn on a terminal and printed each 10 % elsewhere; the time left is reckoned by
 * operations, since layers differ in cost a thousandfold.
 *
 * @param show - "auto" draws on a terminal, "none" prints nothing.
 * @param now - a clock in milliseconds.
 */
export async function progressLine(show: "auto" | "none", now: () => number): Promise<ProgressLine> {
  if (show === "none") return { update() {}, advance() {}, end() {} };
  const started = now();
  const isDrawn = process.stderr.isTTY === true && process.env.TERM !== "dumb" && !process.env.CI;
  const draw = isDrawn ? (await import("log-update")).createLogUpdate(process.stderr) : null;
  let nextPlain = plainStep;
  const advance = (share: number, what: string): void => {
    const seconds = (now() - started) / 1000;
    const eta =
      share < 1 && seconds > startUpSeconds ? `, about ${duration(seconds * (1 / share - 1))} left` : "";
    const line = `${Math.floor(100 * share)} %${eta}: ${what}`;
    if (draw) draw(line.slice(0, columnsOf(process.stderr) - 1));
    else if (share >= nextPlain && share < 1) {
      talk(line);
      nextPlain = (Math.floor(share / plainStep) + 1) * plainStep;
    }
  };
  return {
    advance,
    update({ cost, result, index, count, checkpoint }) {
      const outcome = result.verdict ?? `skipped: ${result.reason}`;
      const what = `${plain(result.layer)} [${result.shape.join(" x ")}] ${outcome}`;
      const share = cost.total > 0 ? cost.done / cost.total : 1;
      advance(share, `${checkpoint}, tensor ${index + 1} of ${count}: ${what}`);
    },
    end() {
      draw?.clear();
      draw?.done();
    },
  };
}

/** Seconds for people: 8 s, 3 min, 2 h 5 min. */
export function duration(seconds: number): string {
  if (seconds < 59.5) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
