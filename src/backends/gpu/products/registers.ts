import { bindings, firstEntries, type ProductKernel, productsOf, withinSums } from "./product-kernel.ts";

const square = 4;
const side = 8 * square;
const places = [0, 1, 2, 3];

/** A square of 4 x 4 entries a thread, read from memory each time: for devices whose threads share slowly. */
export const register4: ProductKernel = {
  id: "register-4",
  sharedBytes: 0,
  threads: 64,
  groups: (plan) => [Math.ceil(plan.n.size / side), Math.ceil(plan.m.size / side), productsOf(plan)],
  shader(plan) {
    const { m, n, k } = plan;
    // Beyond the edge the last row or column is read again: its sums aren't stored.
    const edge = (name: string, first: string, size: number, stride: number) =>
      places.map((i) => `let ${name}${i} = min(${first} + ${i}u, ${size - 1}u) * ${stride}u;`).join("\n");
    const product = `
      for (var d = 0u; d < ${k.size}u; d++) {
        let l = leftAt + d * ${k.left}u;
        let r = rightAt + d * ${k.right}u;
        let across = vec4<f32>(${places.map((j) => `right[r + column${j}]`).join(", ")});
        ${places.map((i) => `t${i} = fma(vec4<f32>(left[l + row${i}]), across, t${i});`).join("\n")}
      }`;
    const store = places.flatMap((i) =>
      places.map(
        (j) => `if (firstRow + ${i}u < ${m.size}u && firstColumn + ${j}u < ${n.size}u) {
          result[outFirst + (firstRow + ${i}u) * ${m.out}u + (firstColumn + ${j}u) * ${n.out}u] = t${i}[${j}];
        }`,
      ),
    );
    return `${bindings}
@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_id) local : vec3<u32>) {
  ${firstEntries(plan)}
  let firstRow = group.y * ${side}u + local.y * ${square}u;
  let firstColumn = group.x * ${side}u + local.x * ${square}u;
  ${edge("row", "firstRow", m.size, m.left)}
  ${edge("column", "firstColumn", n.size, n.right)}
  ${places.map((i) => `var t${i} = vec4<f32>();`).join("\n")}
  ${withinSums(plan, product)}
  ${store.join("\n")}
}`;
  },
};
