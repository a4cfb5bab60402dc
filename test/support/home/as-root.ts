import { execa } from "execa";

export interface AsRootOptions {
  timeout?: number;
  /** false: an exit code other than 0 is a result */
  reject?: boolean;
}

/** Runs a program as root: directly, or through password-less sudo. */
export async function asRoot(
  file: string,
  args: readonly string[],
  options: AsRootOptions = {},
): Promise<{ code: number; stdout: string }> {
  const isRoot = process.getuid?.() === 0;
  const { exitCode, stdout } = await execa(isRoot ? file : "sudo", isRoot ? args : ["-n", "--", file, ...args], {
    ...options,
    stdin: "ignore",
  });
  return { code: exitCode ?? 128, stdout };
}
