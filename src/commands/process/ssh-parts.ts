import { Writable } from "node:stream";
import type { Report } from "../../events.ts";
import type { Streams } from "../../ui/terminal/terminal.ts";
import { realParts, type AppParts } from "./app-parts.ts";

/** As for `connect`, but without notes (such as "not logged in"), which every `ssh`, `scp` and `rsync` would print. */
export const withoutNotes: AppParts = {
  makeContext: async (caller, terminal, options) => {
    const report: Report = (event) => {
      if (event.state !== "note") options.progress.report(event);
    };
    return await realParts.makeContext(caller, terminal, { ...options, progress: { ...options.progress, report } });
  },
};

/** ssh may have set the terminal to raw mode, where a line needs CR and LF. */
export function forRawTerminal(stderr: Streams["stderr"]): Streams["stderr"] {
  if (stderr.isTTY !== true) return stderr;
  return new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => void stderr.write(text.replaceAll("\n", "\r\n"), () => done()),
  });
}
