import { spawn } from "node:child_process";
import { kill } from "node:process";
import { Duplex } from "node:stream";
import { plainLines } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import type { HostOptions } from "./options.ts";
import { endOf, type Transport } from "./transport.ts";

/**
 * A program of the user's configuration that leads to the host, run by their shell as OpenSSH does. What it says on stderr
 * goes to the log; its last line explains why it ended.
 */
export function openByCommand(ctx: Pick<RemoteContext, "env" | "log">, host: HostOptions, command: string): Transport {
  const shell = ctx.env["SHELL"] || "/bin/sh";
  // A group of its own: its shell may have started others.
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
    // That it takes no more is no reason yet: it is about to end, and says why.
    write: (chunk: Buffer, _encoding, callback) => void child.stdin.write(chunk, () => callback()),
    final: (callback) => void child.stdin.end(() => callback()),
  });
  child.stdout.on("data", (chunk: Buffer) => {
    if (!stream.push(chunk)) child.stdout.pause();
  });
  for (const one of [stream, child.stdin, child.stdout, child.stderr]) one.on("error", () => undefined);
  child.on("error", (error) => stream.destroy(new Error(`its ProxyCommand does not run: ${error.message}`)));
  // Not its end of output: only then is it known how it ended.
  child.on("close", (code, signal) => {
    const how = signal === null ? `ended with ${code}` : `was ended by ${signal}`;
    stream.destroy(new Error(`its ProxyCommand ${how}${said === "" ? "" : ` (${said})`}`));
  });
  const end = (): void => {
    stream.destroy();
    child.stdout.destroy();
    try {
      if (child.pid !== undefined && child.exitCode === null) kill(-child.pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  };
  return { stream, gone: endOf(stream), end };
}
