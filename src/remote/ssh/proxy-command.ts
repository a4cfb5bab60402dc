import { spawn } from "node:child_process";
import { kill } from "node:process";
import { Duplex } from "node:stream";
import { plainLines } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import type { HostOptions } from "./options.ts";
import { endOf, type Transport } from "./transport.ts";

/**
 * Connects through the user's ProxyCommand, run by the user's shell as OpenSSH does. Its stderr goes to the log, and the last line
 * becomes the reason when it ends.
 */
export function openByCommand(ctx: Pick<RemoteContext, "env" | "log">, host: HostOptions, command: string): Transport {
  const shell = ctx.env["SHELL"] || "/bin/sh";
  // A separate process group, because the shell may start other processes.
  const child = spawn(shell, ["-c", `exec ${command}`], { env: { ...ctx.env }, stdio: "pipe", detached: true });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    for (const line of plainLines(chunk.toString().slice(0, 2000))) {
      if (line !== "") said = line;
      ctx.log(`ssh: proxy command of ${host.alias}: ${line}`);
    }
  });
  const stream = new Duplex({
    read: () => void child.stdout.resume(),
    // Ignore write errors: the program is about to end, and its exit gives the reason.
    write: (chunk: Buffer, _encoding, callback) => void child.stdin.write(chunk, () => callback()),
    final: (callback) => void child.stdin.end(() => callback()),
  });
  child.stdout.on("data", (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  for (const one of [stream, child.stdin, child.stdout, child.stderr]) one.on("error", () => undefined);
  child.on("error", (error) => stream.destroy(new Error(`its ProxyCommand cannot be started: ${error.message}`)));
  // Wait for `close` instead of the end of the output, to know the exit code.
  child.on("close", (code, signal) => {
    const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
    stream.destroy(new Error(`its ProxyCommand ${how}${said === "" ? "" : ` (${said})`}`));
  });
  const end = (): void => {
    stream.destroy();
    child.stdout.destroy();
    try {
      if (child.pid !== undefined && child.exitCode === null) kill(-child.pid, "SIGTERM");
    } catch {
      // It has already ended.
    }
  };
  return { stream, gone: endOf(stream), end };
}
