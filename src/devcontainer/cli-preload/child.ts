import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";

type Stop = (signal: NodeJS.Signals) => void;

/** No process has a PID this large, so a signal that is sent to it fails with ESRCH, as for a process that has ended. */
let nextPid = 2 ** 31 - 1;

/**
 * Stands in for a process of the docker client, with the interface of ChildProcess: streams, `exit`, `close`, `pid`, `exitCode`,
 * `kill`.
 */
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

  /** Ends the process. As with a real process, readers get all output before `close`. */
  end(code: number | null, signal: NodeJS.Signals | null = null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.exitCode = code;
    this.signalCode = signal;
    this.emit("exit", code, signal);
    void Promise.all([this.stdout, this.stderr].map(readToEnd)).then(() => this.emit("close", code, signal));
  }

  /** Sets the function that ends it. If the process has already ended, the function is called at once. */
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
