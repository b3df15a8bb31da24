import { describe, expect, it } from "vitest";
import { differentiate } from "../../src/autodiff/differentiate.ts";
import { constant, parameter } from "../../src/autodiff/leaves.ts";
import { sum } from "../../src/autodiff/ops/broadcasting.ts";
import { UsageError } from "../../src/errors.ts";
import { randomStream } from "../../src/linalg/random.ts";
import {
  type ActivationSpec,
  activeEntries,
  entriesInside,
} from "../../src/sparsity/activations/activation.ts";
import { activations, createActivation } from "../../src/sparsity/activations/catalogue.ts";
import { tensorsOf } from "../models/reference-fixtures.ts";
import { runValues } from "../models/run-values.ts";

/** One of each, with options where they are needed, and functions of functions. */
const specs: readonly ActivationSpec[] = [
  "relu",
  "jsrelu",
  { name: "jsrelu", clipAt: 4 },
  "squared-relu",
  "gelu",
  "gelu-new",
  "silu",
  { name: "srelu", h: 0.5 },
  { name: "symmetric-relu", h: 0.5 },
  { name: "dense-relu", h: 1 },
  "leaky",
  { name: "leaky", inner: "gelu", slope: 0.2 },
  { name: "shift", inner: "jsrelu", dx: 0.5, dy: -1, ax: -2, ay: 0.5 },
  { name: "shift", inner: "gelu", dx: 0.5, dy: -1, ax: -2, ay: 0.5 },
  { name: "s-shaped", inner: "jsrelu", h: 1.5 },
  { name: "s-shaped", inner: "gelu", h: 1.5 },
  { name: "shift", inner: { name: "s-shaped", inner: "squared-relu", h: 1.5 }, dx: 1.6, dy: -1.6 },
  {
    name: "mixed",
    parts: [
      { activation: "relu", weight: 0.25 },
      { activation: "jsrelu", weight: 0.75 },
      { activation: "gelu", weight: 0 },
    ],
  },
];

async function at(spec: ActivationSpec, points: readonly number[]) {
  const { apply, derivative } = createActivation(spec);
  const x = parameter("x", [points.length]);
  const outputs = {
    value: apply(x),
    derivative: derivative(x),
    gradient: differentiate(sum(apply(x)), [x])[0]!,
  };
  return runValues(outputs, new Map([["x", points]]));
}

const grid = Array.from({ length: 1201 }, (_, i) => (i - 600) / 100 + 0.00371);

it("every activation function is tried", () => {
  const tried = specs.map((spec) => (typeof spec === "string" ? spec : spec.name));
  expect(activations.map(({ name }) => name).filter((name) => !tried.includes(name))).toEqual([]);
});

describe.each(specs.map((spec) => [JSON.stringify(spec), spec] as const))("%s", (_, spec) => {
  it("has the derivative of its differences, and differentiating gives the same, at breaks too", async () => {
    const step = 1e-6;
    const [middle, after, before] = await Promise.all([
      at(spec, grid),
      at(
        spec,
        grid.map((x) => x + step),
      ),
      at(
        spec,
        grid.map((x) => x - step),
      ),
    ]);
    const slopes = middle.value.map((_, i) => (after.value[i]! - before.value[i]!) / (2 * step));
    // eps |sigma| / step for rounding, and step^2 for the third derivative.
    const largest = Math.max(...middle.value.map(Math.abs));
    const bound = (4 * (2 ** -52 * largest)) / step + 10 * step ** 2;
    for (const [i, slope] of slopes.entries())
      expect(Math.abs(slope - middle.derivative[i]!)).toBeLessThan(bound);
    const { polynomial } = createActivation(spec);
    const breaks = await at(spec, [...(polynomial?.breaks ?? []), 0, -0, 1]);
    expect(breaks.derivative).toEqual(breaks.gradient);
  });

  it("is flat on its habitat, whose y holds its values there", async () => {
    const { habitat, polynomial } = createActivation(spec);
    // A GELU is flat nowhere; its habitat says where it counts as such.
    if (!polynomial) return;
    const margin = 0.01;
    const inside = grid.filter((x) => habitat.x.some(([from, to]) => x > from + margin && x < to - margin));
    const { value, derivative } = await at(spec, inside);
    expect(derivative.every((each) => each === 0)).toBe(true);
    expect(value.every((each) => habitat.y.some(([from, to]) => each >= from && each <= to))).toBe(true);
    const outside = grid.filter((x) => !habitat.x.some(([from, to]) => x > from - margin && x < to + margin));
    const slopes = (await at(spec, outside)).derivative;
    expect(slopes.some((each) => each === 0)).toBe(false);
  });
});

describe("closed forms", () => {
  const values: readonly (readonly [ActivationSpec, number, number, number])[] = [
    // (x + 1)^2 / 2 - 1 / 2 and x + 1; beyond 4 the tangent 12 + 5 (x - 4)
    ["jsrelu", -1, 0, 0],
    ["jsrelu", -1e-9, 0, 0],
    ["jsrelu", 0, 0, 1],
    ["jsrelu", 1, 1.5, 2],
    ["jsrelu", 2, 4, 3],
    ["jsrelu", 3, 7.5, 4],
    [{ name: "jsrelu", clipAt: 4 }, 0, 0, 1],
    [{ name: "jsrelu", clipAt: 4 }, 4, 12, 5],
    [{ name: "jsrelu", clipAt: 4 }, 6, 22, 5],
    ["relu", 0, 0, 0],
    ["squared-relu", 3, 9, 6],
    [{ name: "srelu", h: 0.5 }, 2, 1.5, 1],
    [{ name: "srelu", h: 0.5 }, -2, -1.5, 1],
    [{ name: "symmetric-relu", h: 0.5 }, -2, 1.5, -1],
    [{ name: "dense-relu", h: 1 }, 0.25, 0.75, -1],
    [{ name: "dense-relu", h: 1 }, -0.25, 0.75, 1],
    [{ name: "leaky", slope: 0.01 }, -2, -0.02, 0.01],
    // 0.5 sigma_J(-2 (0 - 0.5)) - 1 = 0.5 * 1.5 - 1, slope -2 * 0.5 * 2
    [{ name: "shift", inner: "jsrelu", dx: 0.5, dy: -1, ax: -2, ay: 0.5 }, 0, -0.25, -2],
    // sigma_J(3.5 - 1.5) = 4; mirrored
    [{ name: "s-shaped", inner: "jsrelu", h: 1.5 }, 3.5, 4, 3],
    [{ name: "s-shaped", inner: "jsrelu", h: 1.5 }, -3.5, -4, 3],
  ];
  it.each(values)("%j at %d is %d with slope %d", async (spec, x, value, slope) => {
    const found = await at(spec, [x]);
    expect(found.value[0]).toBeCloseTo(value, 14);
    expect(found.derivative[0]).toBeCloseTo(slope, 14);
  });
});

describe("habitats", () => {
  const infinity = Number.POSITIVE_INFINITY;
  const known: readonly (readonly [ActivationSpec, readonly (readonly [number, number])[]])[] = [
    ["relu", [[-infinity, 0]]],
    ["jsrelu", [[-infinity, 0]]],
    ["squared-relu", [[-infinity, 0]]],
    ["gelu", [[-infinity, -1]]],
    [{ name: "s-shaped", inner: "relu", h: 1.5 }, [[-1.5, 1.5]]],
    [{ name: "shift", inner: "relu", dx: 2 }, [[-infinity, 2]]],
    [{ name: "shift", inner: "gelu", dx: 2 }, [[-infinity, 1]]],
    [
      { name: "dense-relu", h: 1 },
      [
        [-infinity, -1],
        [1, infinity],
      ],
    ],
    ["leaky", []],
    ["silu", []],
  ];
  it.each(known)("of %j", (spec, x) => expect(createActivation(spec).habitat.x).toEqual(x));

  it("moves its y with the function", () => {
    const { habitat } = createActivation({ name: "shift", inner: "relu", dy: -1.6 });
    expect(habitat.y).toEqual([[-1.6 - 1e-6, -1.6 + 1e-6]]);
  });
});

describe("indicators", () => {
  it("of active and of flat entries", async () => {
    const a = constant([0, 1, -2, 0.5], [2, 2]);
    const relu = createActivation("relu");
    const two = createActivation({ name: "srelu", h: 1 });
    const found = await runValues(
      {
        oneSided: activeEntries(relu, a),
        twoSided: activeEntries(two, a),
        flatValues: entriesInside(relu.habitat.y, a),
        flatArguments: entriesInside(relu.habitat.x, a),
        between: entriesInside(two.habitat.x, a),
        outside: entriesInside(createActivation({ name: "dense-relu", h: 1 }).habitat.x, a),
        nowhere: entriesInside([], a),
      },
      new Map(),
    );
    const entries = Object.fromEntries(Object.entries(found).map(([name, each]) => [name, Array.from(each)]));
    expect(entries).toEqual({
      oneSided: [0, 1, 0, 1],
      twoSided: [0, 1, 1, 1],
      flatValues: [1, 0, 0, 0],
      flatArguments: [1, 0, 1, 0],
      // 1 is an end of both [-1, 1] and [1, infinity).
      between: [1, 1, 0, 1],
      outside: [0, 1, 1, 0],
      nowhere: [0, 0, 0, 0],
    });
  });

  it("of ReLU's active entries are the squares of its slopes", async () => {
    const { normal } = randomStream(1, ["pre-activations"]);
    const p = constant(
      new Float64Array(999).map(() => normal()),
      [999],
    );
    const relu = createActivation("relu");
    const outputs = { slopes: relu.derivative(p), active: activeEntries(relu, relu.apply(p)) };
    const { slopes, active } = await runValues(outputs, new Map());
    expect(active).toEqual(slopes.map((each) => each * each));
  });
});

describe("PyTorch's values (versions in the fixture's manifest)", () => {
  const names = { relu: "relu", gelu: "gelu", "gelu-new": "gelu_new", silu: "silu" } as const;
  it.each(Object.entries(names))("%s", async (ours, theirs) => {
    const stored = await tensorsOf("functions", "reference.safetensors");
    const entries = (part: string) => Array.from(stored.get(`${theirs}/${part}`)!);
    const { value, derivative } = await at(ours, entries("x"));
    const dy = entries("dy");
    // Float64 in both: a few roundings of numbers below 10.
    for (const [i, y] of entries("y").entries()) expect(Math.abs(value[i]! - y)).toBeLessThan(1e-14);
    for (const [i, dx] of entries("dx").entries()) {
      expect(Math.abs(derivative[i]! * dy[i]! - dx)).toBeLessThan(1e-14);
    }
  });
});

describe("mistakes in a recipe", () => {
  let nested: ActivationSpec = "relu";
  for (let i = 0; i < 1000; i++) nested = { name: "shift", inner: nested };
  const mistakes: readonly (readonly [ActivationSpec, RegExp])[] = [
    ["jsreul", /no activation function "jsreul".*jsrelu/],
    [{ name: "srelu" }, /srelu.*h/s],
    [{ name: "jsrelu", clip: 4 }, /jsrelu.*clip/s],
    [{ name: "jsrelu", clipAt: -1 }, /clipAt/],
    [{ name: "shift", inner: "nothing" }, /nothing/],
    [{ name: "shift", inner: "relu", ax: 0 }, /ax/],
    [{ name: "mixed", parts: [] }, /parts/],
    [nested, /more than 8/],
  ];
  it.each(mistakes.map(([spec, message]) => ({ spec, message })))("$message", ({ spec, message }) => {
    expect(() => createActivation(spec)).toThrow(UsageError);
    expect(() => createActivation(spec)).toThrow(message);
  });
});
