/** Options of Node that make it say of packages that they are not installed. */
export function withoutPackages(...names: string[]): { NODE_OPTIONS: string } {
  const loader = `export async function resolve(name, context, next) {
  if (${JSON.stringify(names)}.includes(name)) {
    throw Object.assign(new Error("Cannot find package " + name), { code: "ERR_MODULE_NOT_FOUND" });
  }
  return next(name, context);
}`;
  const program = `import { register } from "node:module";
register(${JSON.stringify(asUrl(loader))});`;
  return { NODE_OPTIONS: `--import ${asUrl(program)}` };
}

/** No driver, wherever one is. */
export const withoutDriver = { VK_DRIVER_FILES: "/nonexistent.json", VK_ICD_FILENAMES: "/nonexistent.json" };

/** A program as an address that Node imports. */
export function asUrl(program: string): string {
  return `data:text/javascript,${encodeURIComponent(program)}`;
}
