import { expect, test } from "vitest";
import { differentiate, partialPullBack, pullBack } from "../../src/autodiff/differentiate.ts";
import { constant, input, parameter } from "../../src/autodiff/leaves.ts";
import { add } from "../../src/autodiff/ops/add.ts";
import { sum, sumTo } from "../../src/autodiff/ops/broadcasting.ts";
import { contraction } from "../../src/autodiff/ops/contraction.ts";
import { detach } from "../../src/autodiff/ops/detach.ts";
import { exponential } from "../../src/autodiff/ops/exponential.ts";
import { multiply } from "../../src/autodiff/ops/multiply.ts";
import { normalize } from "../../src/autodiff/ops/normalize.ts";
import { softmax } from "../../src/autodiff/ops/softmax.ts";
import { layOut, orderOf } from "../../src/autodiff/program.ts";
import type { Value } from "../../src/autodiff/value.ts";
import { referenceBackend } from "../../src/backends/reference.ts";

const backend = referenceBackend();

async function run(
  outputs: Parameters<typeof layOut>[0]["outputs"],
  feed: Record<string, number[] | number>,
) {
  const plan = await backend.compile({ outputs }, new Map());
  const results = await plan.run(feed);
  return Object.fromEntries(Object.entries(results).map(([name, entries]) => [name, Array.from(entries)]));
}

test("a value used twice gets both gradients; inner values can be asked for as well", async () => {
  const x = input("x", [2]);
  const square = multiply(x, x);
  const loss = sum(add(multiply(square, square), x));
  const [forX, forSquare] = differentiate(loss, [x, square]);
  // d(x^4 + x)/dx = 4 x^3 + 1, d(u^2)/du = 2 u with u = x^2.
  expect(await run({ forX: forX!, forSquare: forSquare! }, { x: [2, -1] })).toEqual({
    forX: [33, -3],
    forSquare: [8, 2],
  });
});

test("a Hessian-vector product is the gradient of a gradient's product with the vector", async () => {
  // f = x'Ax e^0 with A symmetric: Hessian 2A.
  const x = input("x", [2]);
  const v = input("v", [2]);
  const a = constant([2, 1, 1, 3], [2, 2]);
  const loss = contraction(x, contraction(a, x, "ij,j->i"), "i,i->");
  const [gradient] = differentiate(loss, [x]);
  const [product] = differentiate(sum(multiply(gradient!, v)), [x]);
  // A Hessian of a quadratic form: x itself is not in its graph any more.
  expect(await run({ product: product! }, { v: [1, -1] })).toEqual({ product: [2, -4] });
});

test("what the loss doesn't depend on, or what is detached, gets zeros", async () => {
  const x = input("x", [2]);
  const other = input("other", [3]);
  const loss = sum(multiply(x, detach(x)));
  const [forX, forOther] = differentiate(loss, [x, other]);
  expect(await run({ forX: forX!, forOther: forOther! }, { x: [3, 4] })).toEqual({
    forX: [3, 4],
    forOther: [0, 0, 0],
  });
});

test("only a number is differentiated; a product with any gradient is pulled back", async () => {
  const x = input("x", [2]);
  const y = exponential(x);
  expect(() => differentiate(y, [x])).toThrow(/only a number.*\[2\]/);
  const [pulled] = pullBack(y, [x], constant([10, 0], [2]));
  expect(await run({ pulled: pulled! }, { x: [0, 5] })).toEqual({ pulled: [10, 0] });
});

test("pulled back by partial derivatives, an input stands for itself even where another is made of it", async () => {
  const x = input("x", [2]);
  const square = multiply(x, x);
  const output = multiply(x, square);
  const one = constant(1, [2]);
  const [total] = pullBack(output, [x, square], one);
  const [partial, forSquare] = partialPullBack(output, [x, square], one);
  // d(x^3)/dx = 3 x^2; with u = x^2 held, d(x u)/dx = u and d(x u)/du = x.
  const outputs = { total: total!, partial: partial!, forSquare: forSquare! };
  expect(await run(outputs, { x: [2, -3] })).toEqual({
    total: [12, 27],
    partial: [4, 9],
    forSquare: [2, -3],
  });
});

test.each([
  ["normalize", (x: Value) => normalize(x, 1e-3)],
  ["softmax", (x: Value) => softmax(x)],
])(
  "a second derivative through %s twice in a row is that of differences, in a graph that stays small",
  async (_, op) => {
    const x = input("x", [1, 4]);
    const v = input("v", [1, 4]);
    const weights = constant([1, -2, 0.5, 3], [1, 4]);
    const twice = op(multiply(op(x), weights));
    const loss = sum(multiply(multiply(twice, twice), weights));
    const [gradient] = differentiate(loss, [x]);
    const [product] = differentiate(sum(multiply(gradient!, v)), [x]);
    const at = [0.3, -0.7, 1.1, 0.4];
    const along = [1, 0.5, -1, 2];
    const h = 1e-4;
    const gradientAt = async (step: number) =>
      (await run({ gradient: gradient! }, { x: at.map((each, i) => each + step * along[i]!) })).gradient!;
    const differences = (await gradientAt(h)).map(async (_, i) => {
      const near = (await gradientAt(h))[i]! - (await gradientAt(-h))[i]!;
      const far = (await gradientAt(2 * h))[i]! - (await gradientAt(-2 * h))[i]!;
      return (8 * near - far) / (12 * h);
    });
    const exact = (await run({ product: product! }, { x: at, v: along })).product!;
    for (const [i, each] of (await Promise.all(differences)).entries()) expect(exact[i]).toBeCloseTo(each, 8);
    // Doubling with each op would be 2^8 times as many for eight of them.
    let deep: Value = x;
    for (let i = 0; i < 8; i++) deep = op(multiply(deep, weights));
    const [first] = differentiate(sum(multiply(deep, weights)), [x]);
    expect(orderOf(differentiate(sum(multiply(first!, v)), [x])).length).toBeLessThan(600);
  },
);

test("a graph of 20 000 ops in a row is ordered and differentiated", () => {
  const x = input("x");
  let value = add(x, x);
  for (let i = 0; i < 20_000; i++) value = add(value, x);
  expect(orderOf([value]).length).toBe(20_002);
  expect(differentiate(value, [x])[0]!.shape).toEqual([]);
});

test("a program names its leaves once and updates parameters by their shape", () => {
  const twice = { outputs: { sum: add(input("x"), input("x")) } };
  expect(() => layOut(twice)).toThrow(/two leaves are named x/);
  const w = parameter("w", [2, 3]);
  expect(() => layOut({ outputs: {}, updates: [{ parameter: w, value: sumTo(w, [3]) }] })).toThrow(
    /\[3\] doesn't fit parameter \[2, 3\]/,
  );
  expect(() => layOut({ outputs: {}, updates: [{ parameter: input("w"), value: constant(1) }] })).toThrow(
    /input/,
  );
});

test("an op names itself when shapes don't fit", () => {
  expect(() => add(input("x", [2]), input("y", [3]))).toThrow("add: shapes [2] and [3] don't fit together");
  expect(() => contraction(input("x", [2, 3]), input("y", [4, 5]), "mk,kn->mn")).toThrow(/contraction: .*k/);
  expect(() => contraction(input("x", [2, 3]), input("y", [3]), "mk,k->")).toThrow(/contraction: .*m/);
  expect(() => constant([1, 2], [3])).toThrow(/3 entries, not 2/);
});
