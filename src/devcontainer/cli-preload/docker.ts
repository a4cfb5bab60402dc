import childProcess, { type SpawnOptions } from "node:child_process";
import { answerTo, filters, type Versions } from "./answers.ts";
import { Child } from "./child.ts";
import { engineAt, type Engine } from "./engine.ts";
import { demux, exec, exitCodeOf } from "./exec.ts";
import { run, waitFor } from "./run.ts";

interface Options extends Versions {
  socketPath: string;
  /** `docker run` is answered here and not by the client */
  mayRun: boolean;
}

/** Each returns false if the client has to do it. */
type Handler = (child: Child, args: readonly string[]) => Promise<boolean>;

const known = /^(?:-v|version|inspect|ps|events|exec|run)$/;
const eventsLine = "events --format {{json .}} --filter event=start";

/**
 * @devcontainers/cli starts the docker client for everything. This answers `spawn("docker", …)` over the engine's socket if it
 * understands every argument. Everything else, and every answer but success, is left to the client. ADR 22 has what this saves.
 */
export function standInForDocker(options: Options): void {
  const { spawn } = childProcess;
  const handlers = handlersOver(engineAt(options.socketPath), options);
  const start = (file: string, args: readonly string[], given: SpawnOptions): Child => {
    const child = new Child(file, args);
    const useClient = (): void => {
      const real = spawn(file, args, given);
      if (real.pid !== undefined) child.pid = real.pid;
      child.onKill((signal) => void real.kill(signal));
      real.on("error", (error) => child.emit("error", error));
      real.on("close", (code, signal) => child.end(code, signal));
      if (real.stdin) child.stdin.pipe(real.stdin);
      real.stdout?.pipe(child.stdout);
      real.stderr?.pipe(child.stderr);
    };
    const handler = handlers[args.join(" ") === eventsLine ? "events" : (args[0] ?? "")] ?? handlers["answer"];
    handler?.(child, args).then((done) => done || child.isOver || useClient(), useClient);
    return child;
  };
  const patched = (file: string, args?: unknown, given?: unknown): unknown =>
    file === "docker" && Array.isArray(args) && known.test(String(args[0]))
      ? start(file, args.map(String), given as SpawnOptions)
      : Reflect.apply(spawn, childProcess, [file, args, given]);
  Object.assign(childProcess, { spawn: patched });
}

function handlersOver(engine: Engine, options: Options): Record<string, Handler> {
  return {
    events: async (child) => {
      const events = await engine.open(`/events?${filters({ event: ["start"] })}`);
      if (events === undefined) return false;
      child.onKill(() => void events.destroy());
      events.on("error", () => undefined);
      events.pipe(child.stdout, { end: false });
      return true;
    },
    exec: async (child, args) => {
      const begun = await exec(engine, args);
      if (begun === undefined) return false;
      const { socket, id } = begun;
      child.onKill(() => void socket.destroy());
      demux(socket, child.stdout, child.stderr);
      child.stdin.pipe(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        exitCodeOf(engine, id).then(
          (code) => child.end(code),
          () => child.end(1),
        );
      });
      return true;
    },
    run: async (child, args) => {
      const id = options.mayRun ? await run(engine, args) : undefined;
      if (id === undefined) return false;
      waitFor(engine, id).then(
        (code) => child.end(code),
        () => child.end(125),
      );
      return true;
    },
    answer: async (child, args) => {
      const text = await answerTo(engine, args, options);
      if (text === undefined) return false;
      child.stdout.write(text);
      child.end(0);
      return true;
    },
  };
}
