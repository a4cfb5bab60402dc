import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Path of the program that a name stands for, as a shell finds it; undefined for none. */
export function findProgram(env: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  return (env["PATH"] ?? "")
    .split(delimiter)
    .map((folder) => join(folder || ".", name))
    .find(mayRun);
}

function mayRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
