import { Transform, type Writable } from "node:stream";
import { readdir } from "node:fs/promises";
import { prepareSafely } from "../agent/prepare.ts";
import { readLaunchVersion } from "../agent/launch-file.ts";
import { readMemory } from "../agent/memory.ts";
import { loginStep } from "../hint.ts";
import type { Agent, Login } from "../agent/types.ts";
import type { AttachIo, ExecSpec } from "../engine/types.ts";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { withLock } from "../system/locks.ts";
import { withAgentContainer, type AgentContainer, type AgentContainerRequest } from "./agent-container.ts";
import { withRefreshLock } from "./locks.ts";
import { checkVault } from "./vault.ts";

export interface LoginRequest extends AgentContainerRequest {
  /** `longLived`: a token that is not renewed; `token`: reads one from standard input, which is not a terminal */
  way: LoginWay;
}

export type LoginWay = "login" | "longLived" | "token";
const wayNames = { login: "login", longLived: "long-lived login", token: "login with a token" } as const;

/**
 * Logs in with the agent's own program, in a temporary container, on the caller's terminal. Running sessions use the login at the
 * agent's next start.
 * @throws NOT_LOGGED_IN if the program exited without a login; BUSY; what the container throws
 */
export async function login(ctx: Context, agent: Agent, request: LoginRequest, io: AttachIo): Promise<Login> {
  const { way } = request;
  const command = agent.login.commands[way];
  if (command === undefined) throw new CoworkError("USAGE", `${agent.title} has no ${wayNames[way]}.`);
  const options = { waitMs: 0, what: `the ${agent.title} login` };
  return withLock(ctx, `auth-${agent.id}`, options, async (signal) => {
    const inner = { ...ctx, signal };
    await checkVault(inner, agent);
    await withAgentContainer(inner, agent, request, async (container) => {
      const printed: string[] = [];
      const streams = way === "longLived" ? { ...io, stdout: copying(io.stdout, printed) } : io;
      const spec = execSpec(container, command.args, ctx);
      const code = await ctx.engine.attach(container.id, spec, { ...streams, signal });
      if (code !== 0) throw notLoggedIn(agent, `exited with code ${code}`);
      if (way === "longLived") await keepToken(inner, agent, printed.join(""));
      const remember = async (): Promise<void> => await agent.login.remember(inner, container.configFolder);
      // A session may be renewing the login before this one.
      if (agent.login.renewal.kind === "cowork") await withRefreshLock(inner, agent, remember);
      else await remember();
    });
    const { login: result, problems } = await checkVault(inner, agent);
    if (result.state !== "ok") throw notLoggedIn(agent, problems[0] ?? result.detail);
    await prepareSessions(inner, agent);
    return result;
  });
}

function execSpec(container: AgentContainer, command: readonly string[], ctx: Context): ExecSpec {
  const { TERM, COLORTERM, LANG } = ctx.env;
  const terminal = Object.entries({ TERM: TERM ?? "xterm-256color", COLORTERM, LANG: LANG ?? "C.UTF-8" });
  const env = Object.fromEntries(terminal.filter((entry): entry is [string, string] => entry[1] !== undefined));
  const { user } = container;
  // HOME: U may not be a user of the image; the program stores nothing there.
  return {
    command: [...container.program, ...command],
    user,
    workingDir: "/tmp",
    env: { ...container.env, ...env, HOME: "/tmp" },
  };
}

async function keepToken(ctx: Context, agent: Agent, printed: string): Promise<void> {
  const stored = await withRefreshLock(ctx, agent, async () => (await agent.login.store?.(ctx, printed)) ?? false);
  if (!stored) throw notLoggedIn(agent, "printed no token that cowork could read");
}

function notLoggedIn(agent: Agent, why: string): CoworkError {
  return new CoworkError("NOT_LOGGED_IN", `${agent.title} is not logged in: its login ${why}.`, {
    hint: [loginStep(agent.id)],
  });
}

/** Passes everything on and keeps a copy of the end, which is enough. */
function copying(target: Writable, copy: string[]): Writable {
  const tee = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      copy.push(chunk.toString("latin1"));
      if (copy.length > 2_000) copy.shift();
      done(null, chunk);
    },
  });
  tee.pipe(target, { end: false });
  return tee;
}

/** Sets up the login in sessions that were prepared without one; where that fails, their next start does it. */
async function prepareSessions(ctx: Context, agent: Agent): Promise<void> {
  const ids = await readdir(ctx.paths.stateRoot).catch((): string[] => []);
  for (const id of ids) {
    // Sessions of another agent have none.
    if ((await readLaunchVersion(ctx, agent, id)) === undefined) continue;
    const { workspaceFolder, ownWays } = await readMemory(ctx, id);
    if (workspaceFolder === undefined) continue;
    await prepareSafely(ctx, agent, { id, workspaceFolder, ownWays: ownWays ?? false });
  }
}
