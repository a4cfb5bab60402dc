import { rmSync, writeFileSync } from "node:fs";
import { Transform } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import * as z from "zod/mini";
import type { Context } from "../../system/context.ts";
import { readSmallFile } from "../../system/files/small-file.ts";
import type { ConnectIo } from "../session-host.ts";
import { followKeys, nothingTyped } from "./keys.ts";

const agentTerminal = z.object({
  /** the agent's process id inside */
  pid: z.int(),
  /** the agent's input may hold something that was typed and not sent */
  typed: z.boolean(),
});

export type AgentTerminal = z.infer<typeof agentTerminal>;

/** The agent that runs in its own window. Of one that was killed it may be left over: check the process and the window. */
export function readAgentTerminal(ctx: Pick<Context, "paths">, id: string): AgentTerminal | undefined {
  try {
    const bytes = readSmallFile(ctx.paths.terminal(id), { maxBytes: 4096 });
    const found = agentTerminal.safeParse(JSON.parse(bytes?.toString("utf8") ?? "null"));
    return found.success ? found.data : undefined;
  } catch (error) {
    // It is written while others read it.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Remembers which process an agent's terminal shows, and whether something was typed there that was not sent.
 * @returns the terminal to connect, and `end` to call when the agent has ended
 */
export function followTerminal(
  ctx: Pick<Context, "paths" | "log">,
  id: string,
  io: ConnectIo,
): { io: ConnectIo; onPid: (pid: number) => void; end: () => void } {
  const path = ctx.paths.terminal(id);
  const decoder = new StringDecoder("utf8");
  let typed = nothingTyped;
  let pid: number | undefined;
  // At once: another process reads it right before it types.
  const write = (): void => {
    if (pid === undefined) return;
    try {
      writeFileSync(path, JSON.stringify({ pid, typed: typed.count > 0 } satisfies AgentTerminal), { mode: 0o600 });
    } catch (error) {
      ctx.log(`${path}: ${String(error)}`);
    }
  };
  const keys = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const before = typed.count > 0;
      typed = followKeys(typed, decoder.write(chunk));
      if (typed.count > 0 !== before) write();
      done(null, chunk);
    },
  });
  io.stdin.pipe(keys);
  return {
    io: { ...io, stdin: keys },
    onPid: (found) => {
      pid = found;
      write();
    },
    end: () => {
      io.stdin.unpipe(keys);
      rmSync(path, { force: true });
    },
  };
}
