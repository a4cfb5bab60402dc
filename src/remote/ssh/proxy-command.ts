import { spawn } from "node:child_process";
import { kill } from "node:process";
import { Duplex } from "node:stream";
import { plainLines } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import type { HostOptions } from "./options.ts";
import type { Transport } from "./transport.ts";

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
  const stream = Duplex.from({ writable: child.stdin, readable: child.stdout });
  for (const one of [stream, child.stdin, child.stdout, child.stderr]) one.on("error", () => undefined);
  const end = (): void => {
    stream.destroy();
    try {
      if (child.pid !== undefined) kill(-child.pid, "SIGTERM");
    } catch {
      // It has ended by itself.
    }
  };
  child.on("error", (error) => stream.destroy(new Error(`its ProxyCommand does not run: ${error.message}`)));
  child.on("exit", (code, signal) => {
    const how = signal === null ? `ended with ${code}` : `was ended by ${signal}`;
    // Bytes that it wrote at last are still being read.
    setTimeout(
      () => stream.destroy(new Error(`its ProxyCommand ${how}${said === "" ? "" : ` (${said})`}`)),
      100,
    ).unref();
  });
  return { stream, end };
}
