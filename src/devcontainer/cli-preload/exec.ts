import type { Duplex, Writable } from "node:stream";
import type { Engine } from "./engine.ts";

interface ExecSpec {
  AttachStdin: true;
  AttachStdout: true;
  AttachStderr: true;
  Env: string[];
  Cmd: string[];
  User?: string;
  WorkingDir?: string;
}

/** Returns the request that the client would send for `docker exec -i`, or undefined if an argument is not understood exactly. */
function parseExec(args: readonly string[]): { id: string; spec: ExecSpec } | undefined {
  const spec: ExecSpec = { AttachStdin: true, AttachStdout: true, AttachStderr: true, Env: [], Cmd: [] };
  if (args[1] !== "-i") return undefined;
  for (let at = 2; at < args.length; at += 2) {
    const [word = "", value] = args.slice(at);
    if (value === undefined) return undefined;
    if (!word.startsWith("-")) return { id: word, spec: { ...spec, Cmd: args.slice(at + 1) } };
    if (word === "-u") spec.User = value;
    else if (word === "-w") spec.WorkingDir = value;
    else if (word === "-e" && value.includes("=")) spec.Env.push(value);
    else return undefined;
  }
  return undefined;
}

/**
 * Starts a process in a container. Returns undefined if the client has to do it, or has to report why it fails.
 * @returns the id of the process and its stream
 */
export async function exec(
  engine: Engine,
  args: readonly string[],
): Promise<{ id: string; socket: Duplex } | undefined> {
  const parsed = parseExec(args);
  if (parsed === undefined) return undefined;
  const path = `/containers/${encodeURIComponent(parsed.id)}/exec`;
  const made = await engine.ask(path, { method: "POST", body: parsed.spec, wanted: [201] });
  if (made === undefined) return undefined;
  const { Id: id } = JSON.parse(made) as { Id: string };
  const socket = await engine.upgrade(`/exec/${id}/start`, { Detach: false, Tty: false });
  return socket && { id, socket };
}

/**
 * Splits the stream into stdout and stderr: an 8-byte header has the stream's number and the length (Docker Engine API, attach).
 */
export function demux(socket: Duplex, stdout: Writable, stderr: Writable): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32BE(4)) {
      const end = 8 + rest.readUInt32BE(4);
      (rest[0] === 2 ? stderr : stdout).write(rest.subarray(8, end));
      rest = rest.subarray(end);
    }
  });
}

export async function exitCodeOf(engine: Engine, id: string): Promise<number> {
  const { ExitCode } = JSON.parse((await engine.ask(`/exec/${id}/json`)) ?? "{}") as { ExitCode?: number };
  return ExitCode ?? 1;
}
