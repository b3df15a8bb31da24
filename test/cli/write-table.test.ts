import fc from "fast-check";
import { getBorderCharacters, table } from "table";
import { expect, it } from "vitest";
import { writeTable } from "../../src/cli/write-table.ts";

const cell = fc.string({ unit: fc.constantFrom(..."abZ09 .[]/-") });

it("has the columns of the library that it spares, for any cells of ASCII", async () => {
  const rows = fc
    .integer({ min: 1, max: 4 })
    .chain((columns) =>
      fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1 }),
    );
  await fc.assert(
    fc.asyncProperty(rows, async (cells) => {
      const expected = table(cells, {
        border: getBorderCharacters("void"),
        columnDefault: { paddingLeft: 0, paddingRight: 2 },
        drawHorizontalLine: () => false,
      }).replaceAll(/[ \t]+$/gm, "");
      expect(await writeTable(cells[0]!, cells.slice(1))).toBe(expected);
    }),
    { numRuns: 200, seed: 3 },
  );
});

it("aligns what takes other widths than a column a character", async () => {
  expect(await writeTable(["a", "b"], [["重み", "x"]])).toBe("a     b\n重み  x\n");
});
