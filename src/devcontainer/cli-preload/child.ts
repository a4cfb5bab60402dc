import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";

type Stop = (signal: NodeJS.Signals) => void;

/** No process has such a number: a signal that is sent to it finds none, as for one that has ended. */
let nextPid = 2 ** 31 - 1;

/** Stands for a process of the docker client, as a ChildProcess: streams, `exit`, `close`, `pid`, `exitCode`, `kill`. */
export class Child extends EventEmitter {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly stdio = [this.stdin, this.stdout, this.stderr] as const;
  readonly connected = false;
  readonly spawnfile: string;
  readonly spawnargs: readonly string[];
  pid = nextPid--;
  exitCode: number | null = null;
  signalCode: NodeJS.Signals | null = null;
  killed = false;
  #stop: Stop | undefined;
  #isOver = false;

  constructor(file: string, args: readonly string[]) {
    super();
    this.spawnfile = file;
    this.spawnargs = [file, ...args];
    process.nextTick(() => this.emit("spawn"));
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The last word: what was written before is read first, as of a process. */
  end(code: number | null, signal: NodeJS.Signals | null = null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.exitCode = code;
    this.signalCode = signal;
    this.emit("exit", code, signal);
    void Promise.all([this.stdout, this.stderr].map(readToEnd)).then(() => this.emit("close", code, signal));
  }

  /** What ends it; called at once where it has ended meanwhile. */
  onKill(stop: Stop): void {
    if (this.#isOver) stop(this.signalCode ?? "SIGTERM");
    else this.#stop = stop;
  }

  kill(signal: NodeJS.Signals = "SIGTERM"): boolean {
    if (this.#isOver) return false;
    this.killed = true;
    this.#stop?.(signal);
    this.end(null, signal);
    return true;
  }

  ref(): void {}

  unref(): void {}
}

async function readToEnd(stream: PassThrough): Promise<void> {
  if (stream.readableEnded) return;
  const ended = new Promise<void>((resolve) => void stream.once("end", () => resolve()));
  stream.end();
  if (stream.listenerCount("data") === 0) stream.resume();
  await ended;
}
