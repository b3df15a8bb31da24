import type { Reporter, TestModule } from "vitest/node";

/** Ends a run with the line that continuous integration reads: `N passed, N failed, N skipped`. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const module of modules) {
      const states = Array.from(module.children.allTests(), (test) => test.result().state);
      for (const state of states) count[state]++;
      // A file that fails without a failed test (it does not load, or a hook throws) must not pass for that.
      if (module.state() === "failed" && !states.includes("failed")) count.failed++;
    }
    console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
