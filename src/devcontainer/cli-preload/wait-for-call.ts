import { readFileSync } from "node:fs";

/** What cowork writes to the input of the program that it has loaded, as JSON. */
export interface WaitedCall {
  args: readonly string[];
  cwd: string;
  /** added to the environment */
  env: Readonly<Record<string, string>>;
}

/**
 * The program begins by reading its arguments, when it has been loaded. This makes it wait at that moment until its input ends, with
 * the call. If there is none, because cowork does not need the program or was killed, the program fails.
 */
export function waitForCall(): void {
  const [node = "", entry = ""] = process.argv;
  const define = (property: PropertyDescriptor): void =>
    void Object.defineProperty(process, "argv", { ...property, configurable: true, enumerable: true });
  define({
    get: () => {
      const text = readFileSync(0, "utf8");
      if (text === "") throw new Error("No call was made.");
      const { args, cwd, env } = JSON.parse(text) as WaitedCall;
      process.chdir(cwd);
      Object.assign(process.env, env);
      const argv = [node, entry, ...args];
      define({ value: argv, writable: true });
      return argv;
    },
  });
}
