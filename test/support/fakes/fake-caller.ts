import { Readable, Writable } from "node:stream";
import type { Caller } from "../../../src/commands/process/caller.ts";
import type { MaybeTty } from "../../../src/ui/terminal/terminal.ts";

/** A caller that records its output, for commands that run in the test's process. */
export interface FakeCaller extends Caller {
  stdout(): string;
  stderr(): string;
  interrupt(code: number): void;
}

export interface FakeCallerOptions {
  cwd: string;
  home: string;
  env?: Record<string, string>;
  /** width of the terminal that all three streams are connected to; undefined: pipes */
  columns?: number;
  input?: string;
}

export function fakeCaller(options: FakeCallerOptions): FakeCaller {
  const written = { stdout: "", stderr: "" };
  const controller = new AbortController();
  let code: number | undefined;
  const sink = (name: keyof typeof written): MaybeTty<Writable> =>
    withSize(
      new Writable({
        write(chunk: Buffer, _encoding, callback) {
          written[name] += chunk.toString();
          callback();
        },
      }),
      options.columns,
    );
  return {
    program: undefined,
    env: { HOME: options.home, COWORK_HOME: `${options.home}/.cowork`, ...withPath(), ...options.env },
    cwd: () => options.cwd,
    streams: {
      stdin: withSize(Readable.from(options.input === undefined ? [] : [options.input]), options.columns),
      stdout: sink("stdout"),
      stderr: sink("stderr"),
    },
    identity: () => ({ uid: 1000, gid: 1000, username: "person", homedir: options.home }),
    node: { path: process.execPath, version: process.versions.node },
    self: ["cowork"],
    cpus: 4,
    signal: controller.signal,
    signalCode: () => code,
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    interrupt: (value) => {
      code = value;
      controller.abort();
    },
  };
}

function withPath(): Record<string, string> {
  const path = process.env["PATH"];
  return path === undefined ? {} : { PATH: path };
}

function withSize<T extends object>(stream: T, columns: number | undefined): MaybeTty<T> {
  if (columns === undefined) return stream;
  return Object.assign(stream, { isTTY: true, columns, rows: 24, setRawMode: () => stream });
}
