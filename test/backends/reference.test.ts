import { expect, test } from "vitest";
import { constant, input, parameter } from "../../src/autodiff/leaves.ts";
import { add } from "../../src/autodiff/ops/add.ts";
import { referenceBackend } from "../../src/backends/reference.ts";

const backend = referenceBackend();

test("updates are taken together, from the old entries", async () => {
  const a = parameter("a", [2]);
  const b = parameter("b", [2]);
  const state = new Map([
    ["a", backend.alloc([2])],
    ["b", backend.alloc([2])],
  ]);
  backend.write(state.get("a")!, [1, 2]);
  backend.write(state.get("b")!, [10, 20]);
  const updates = [
    { parameter: a, value: b },
    { parameter: b, value: add(a, b) },
  ];
  const plan = await backend.compile({ outputs: { a }, updates }, state);
  expect(Array.from((await plan.run({})).a!)).toEqual([1, 2]);
  expect(Array.from(await backend.read(state.get("a")!))).toEqual([10, 20]);
  expect(Array.from(await backend.read(state.get("b")!))).toEqual([11, 22]);
});

test("what is missing, unknown or of another size is named", async () => {
  const program = { outputs: { sum: add(input("x", [2]), parameter("w", [2])) } };
  await expect(backend.compile(program, new Map())).rejects.toThrow(/no tensor.*w/);
  await expect(backend.compile(program, new Map([["w", backend.alloc([3])]]))).rejects.toThrow(
    /w has shape \[2\]/,
  );
  const plan = await backend.compile(program, new Map([["w", backend.alloc([2])]]));
  await expect(plan.run({})).rejects.toThrow(/input x \[2\] was not given/);
  await expect(plan.run({ x: [1] })).rejects.toThrow(/shape \[2\], and 1 entries/);
  await expect(plan.run({ x: [1, 2], y: 3 })).rejects.toThrow(/no input y/);
  expect(Array.from((await plan.run({ x: [1, 2] })).sum!)).toEqual([1, 2]);
  expect(() => backend.write(backend.alloc([2]), [1])).toThrow(/2 entries can't take 1/);
});

test("only the outputs asked for come back", async () => {
  const plan = await backend.compile({ outputs: { one: constant(1), two: constant(2) } }, new Map());
  expect(Object.keys(await plan.run({}, ["two"]))).toEqual(["two"]);
});
