import { Readable, Writable } from "node:stream";
import { createTerminal, type MaybeTty, type Terminal } from "../../../src/ui/terminal/terminal.ts";

export interface FakeTerminal extends Terminal {
  written(): { stdout: string; stderr: string };
  /** sends keys to standard input */
  type(keys: string): void;
}

/** A terminal that records its output. Without `columns` its streams are pipes. */
export function fakeTerminal(options: { columns?: number; colour?: boolean } = {}): FakeTerminal {
  const written = { stdout: "", stderr: "" };
  const isTTY = options.columns !== undefined;
  const sink = (name: keyof typeof written): MaybeTty<Writable> =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _encoding, callback) {
          written[name] += chunk.toString();
          callback();
        },
      }),
      isTTY ? { isTTY, columns: options.columns, rows: 24 } : {},
    ) as MaybeTty<Writable>;
  const stdin = Object.assign(new Readable({ read() {} }), { isTTY, setRawMode: () => stdin }) as MaybeTty<Readable>;
  const env = options.colour === true ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" };
  const streams = { stdin, stdout: sink("stdout"), stderr: sink("stderr") };
  const terminal = createTerminal(streams, { env, noColour: false });
  return { ...terminal, written: () => ({ ...written }), type: (keys) => void stdin.push(keys) };
}
