/** The part of a library that tables are written with; apart, so that the bundle of the command has it as one file. */
export { getBorderCharacters, table } from "table";
