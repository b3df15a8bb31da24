import fc from "fast-check";
import { expect, test } from "vitest";
import { asksForGpu, lineSieve } from "../../src/cli/relay.ts";

const ofNoUse =
  "Warning: maxDynamicUniformBuffersPerPipelineLayout artificially reduced from 1000000 to 16 to fit dynamic offset allocation limit.\n";
const others = [
  "Warning: maxDynamicUniformBuffersPerPipelineLayout is 0.\n",
  "Warning: the device is slow\n",
  "marchenko: no GPU adapter was found\n",
  "W\n",
  "\n",
  "50 %: layer [2 x 3] noise-like\n",
];

test("only Dawn's lines on limits are left out, wherever the text is cut, and nothing else is changed", () => {
  const lines = fc.array(fc.constantFrom(ofNoUse, ...others), { maxLength: 8 });
  const end = fc.constantFrom("", "Warning: maxDyn", ofNoUse.trimEnd(), "half a line");
  fc.assert(
    fc.property(lines, end, fc.array(fc.nat(400)), (given, last, places) => {
      const text = given.join("") + last;
      const cuts = [0, ...places.filter((each) => each < text.length).sort((a, b) => a - b), text.length];
      const sieve = lineSieve();
      const pieces = cuts.slice(1).map((cut, i) => sieve.pass(text.slice(cuts[i], cut)));
      const wanted = given.filter((each) => each !== ofNoUse).join("") + last;
      expect(pieces.join("") + sieve.rest()).toBe(wanted);
    }),
  );
});

test("what can't be such a line is passed on at once: a progress line has no end", () => {
  const sieve = lineSieve();
  expect(sieve.pass("\u001b[2K50 %: ")).toBe("\u001b[2K50 %: ");
  expect(sieve.pass(ofNoUse.slice(0, 20))).toBe("");
  expect(sieve.pass(ofNoUse.slice(20))).toBe("");
  expect(sieve.rest()).toBe("");
});

test.each([
  ["analyze a --engine gpu", true],
  ["compare a b --engine=gpu", true],
  ["train digits-vit --device gpu", true],
  ["train --device=gpu digits-vit", true],
  ["analyze gpu", false],
  ["analyze a --engine wasm-plain -o gpu", false],
  ["train digits-vit --device auto", false],
])("%s: %s", (line, asks) => {
  expect(asksForGpu(["node", "marchenko", ...line.split(" ")])).toBe(asks);
});
