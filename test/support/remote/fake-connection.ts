import { PassThrough, Writable } from "node:stream";
import { CoworkError } from "../../../src/errors.ts";
import type { Channel, Connection } from "../../../src/remote/types.ts";

/** The remote end of a channel, played by a test. */
export interface OtherEnd {
  /** prefix of the first line of every bootstrap answer */
  mark: string;
  stdout: PassThrough;
  stderr: PassThrough;
  /** calls `listener` with every complete line that was sent */
  onLine: (listener: (line: string) => void) => void;
  command: string;
  /** ends the remote program */
  exit: (code: number) => void;
  /** breaks the connection */
  cut: () => void;
}

/** A connection to a machine that the test plays. */
export function fakeConnection(
  other: (end: OtherEnd) => void,
): Connection & { isClosed: () => boolean; channels: number } {
  const gone = Promise.withResolvers<Error | undefined>();
  const channels: (() => void)[] = [];
  let isClosed = false;
  const end = (reason: Error | undefined): void => {
    isClosed = true;
    gone.resolve(reason);
    for (const close of channels) close();
  };
  const made = {
    host: "box",
    channels: 0,
    gone: gone.promise,
    isClosed: () => isClosed,
    close: () => end(undefined),
    exec: async (command: string): Promise<Channel> => {
      await Promise.resolve();
      if (isClosed) throw new CoworkError("HOST_UNREACHABLE", "The connection is gone.");
      made.channels += 1;
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const exit = Promise.withResolvers<{ code: number | null; signal: string | undefined }>();
      let kept = "";
      let listener: (line: string) => void = () => undefined;
      const stdin = new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          const lines = (kept + chunk.toString("latin1")).split("\n");
          kept = lines.pop() ?? "";
          if (kept.length > 1e6) kept = "";
          for (const line of lines) listener(line);
          done();
        },
      });
      const close = (): void => {
        for (const stream of [stdin, stdout, stderr]) stream.destroy();
        exit.resolve({ code: null, signal: undefined });
      };
      for (const stream of [stdin, stdout, stderr]) stream.on("error", () => undefined);
      channels.push(close);
      const mark = /' cowork (\S+) /.exec(command)?.[1] ?? "";
      setImmediate(() =>
        other({
          mark,
          command,
          exit: (code) => {
            stdout.end();
            exit.resolve({ code, signal: undefined });
          },
          stdout,
          stderr,
          onLine: (next) => {
            listener = next;
          },
          cut: () => end(new Error("it broke")),
        }),
      );
      return { stdin, stdout, stderr, exit: exit.promise, resize: () => undefined, close };
    },
  };
  return made;
}

export interface Asked {
  m: string;
  a: unknown[];
  i?: string;
}

/** Starts at once and answers calls with what `answer` returns; undefined sends no answer. */
export function speaking(
  answer: (asked: Asked, say: (value: unknown) => void) => unknown,
  first: (say: (value: unknown) => void) => void = () => undefined,
): (end: OtherEnd) => void {
  return ({ mark, stdout, onLine }) => {
    const say = (value: unknown): void => void (stdout.destroyed || stdout.write(`${JSON.stringify(value)}\n`));
    onLine((line) => {
      const asked = JSON.parse(line) as Asked & { t?: string };
      if (asked.t !== "q") return;
      const r = answer(asked, say);
      if (r !== undefined && asked.i !== undefined) say({ t: "s", i: asked.i, r });
    });
    stdout.write(`${mark} run\n`);
    first(say);
  };
}
