import { CoworkError } from "../../errors.ts";
import type { Caller } from "./caller.ts";

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Takes over the signals of this process: the first one asks for an orderly end, a second one ends the process at once, unless it
 * is `patient`.
 */
export function processSignals(options: { patient?: boolean }): Pick<Caller, "signal" | "signalCode"> {
  const controller = new AbortController();
  let code: number | undefined;
  for (const [name, value] of Object.entries(codes)) {
    process.on(name, () => {
      // A second signal means: end now, even if work is half done. The next command completes it.
      if (code !== undefined && options.patient !== true) leaveAtOnce(value);
      code = value;
      controller.abort(new CoworkError("INTERRUPTED", "Interrupted."));
    });
  }
  return { signal: controller.signal, signalCode: () => code };
}

function leaveAtOnce(code: number): never {
  // The live progress hides the cursor, and nothing else shows it again after this.
  if (process.stderr.isTTY) process.stderr.write("\u001B[?25h");
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  // oxlint-disable-next-line unicorn/no-process-exit -- the user asked twice: an orderly end was too slow
  process.exit(code);
}
