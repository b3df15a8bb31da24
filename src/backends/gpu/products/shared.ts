import { bindings, firstEntries, type ProductKernel, productsOf, withinSums } from "./product-kernel.ts";

const side = 16;

/** A tile of 16 x 16 entries by as many threads, which share slices of both factors: for small matrices. */
export const tile16: ProductKernel = {
  id: "tile-16",
  sharedBytes: 2 * side * side * 4,
  threads: side * side,
  groups: (plan) => [Math.ceil(plan.n.size / side), Math.ceil(plan.m.size / side), productsOf(plan)],
  shader(plan) {
    const { m, n, k } = plan;
    // A thread's place in a slice: threads beside each other load what lies beside each other.
    const [leftRow, leftDepth] = k.left === 1 ? ["local.y", "local.x"] : ["local.x", "local.y"];
    const [rightDepth, rightColumn] = k.right === 1 ? ["local.x", "local.y"] : ["local.y", "local.x"];
    const product = `
      for (var start = 0u; start < ${k.size}u; start += ${side}u) {
        var l = 0.0;
        if (firstRow + ${leftRow} < ${m.size}u && start + ${leftDepth} < ${k.size}u) {
          l = left[leftAt + (firstRow + ${leftRow}) * ${m.left}u + (start + ${leftDepth}) * ${k.left}u];
        }
        leftSlice[${leftRow} * ${side}u + ${leftDepth}] = l;
        var r = 0.0;
        if (firstColumn + ${rightColumn} < ${n.size}u && start + ${rightDepth} < ${k.size}u) {
          r = right[rightAt + (firstColumn + ${rightColumn}) * ${n.right}u + (start + ${rightDepth}) * ${k.right}u];
        }
        rightSlice[${rightDepth} * ${side}u + ${rightColumn}] = r;
        workgroupBarrier();
        for (var d = 0u; d < ${side}u; d++) {
          total = fma(leftSlice[local.y * ${side}u + d], rightSlice[d * ${side}u + local.x], total);
        }
        workgroupBarrier();
      }`;
    return `${bindings}
var<workgroup> leftSlice : array<f32, ${side * side}>;
var<workgroup> rightSlice : array<f32, ${side * side}>;
@compute @workgroup_size(${side}, ${side})
fn main(@builtin(workgroup_id) group : vec3<u32>, @builtin(local_invocation_id) local : vec3<u32>) {
  ${firstEntries(plan)}
  let firstRow = group.y * ${side}u;
  let firstColumn = group.x * ${side}u;
  var total = 0.0;
  ${withinSums(plan, product)}
  if (firstRow + local.y < ${m.size}u && firstColumn + local.x < ${n.size}u) {
    result[outFirst + (firstRow + local.y) * ${m.out}u + (firstColumn + local.x) * ${n.out}u] = total;
  }
}`;
  },
};
