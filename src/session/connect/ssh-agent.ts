import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { lchown, lstat, mkdir, open, readdir, readlink, rename, rm, symlink, chmod } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import type { Context } from "../../system/context.ts";
import { isAbsent, pathExists } from "../../system/files/files.ts";
import { copyKnownHosts } from "./known-hosts.ts";

/** Inside: part of a folder that the container sees read-only. It can use a socket there, but not replace it. */
const folderInside = "/opt/cowork/session/ssh-agent";

/** Programs inside that use the agent at the same time through one `connect`; more are refused, so that they cannot keep it busy. */
const maxConnections = 64;

/** Access to the user's SSH agent for one `connect`, only as long as it runs. */
export interface AgentRelay {
  /** for processes inside */
  env: Record<string, string>;
  close(): Promise<void>;
}

/**
 * `SSH_AGENT=on`: opens a socket that the session's container sees and that leads to the user's SSH agent. Every connection
 * goes to the agent of this session's newest `connect`: a shell that keeps running in tmux uses the agent of the next login,
 * although its socket stays the same.
 * @returns undefined if the user has no agent
 */
export async function openAgentRelay(ctx: Context, id: string): Promise<AgentRelay | undefined> {
  await rememberAgent(ctx, id);
  const agent = agentLink(ctx, id);
  if (!(await answers(agent))) return undefined;
  const folder = join(ctx.paths.container(id), "ssh-agent");
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await removeDeadSockets(folder);
  await copyKnownHosts(ctx, folder, folderInside);
  const name = `${randomBytes(6).toString("hex")}.sock`;
  const ends = new Set<Socket>();
  const server = createServer((inside) => relay(inside, agent, ends));
  server.maxConnections = maxConnections;
  await listenIn(server, folder, name);
  await lchown(join(folder, name), ctx.user.sessionUid, ctx.user.sessionGid);
  return {
    env: { SSH_AUTH_SOCK: `${folderInside}/${name}` },
    close: async () => {
      server.close();
      for (const socket of ends) socket.destroy();
      await rm(join(folder, name), { force: true });
    },
  };
}

/** From now on every connection goes to the caller's agent, also through sockets opened earlier. */
export async function rememberAgent(ctx: Context, id: string): Promise<void> {
  const own = ctx.env["SSH_AUTH_SOCK"];
  if (own) await replaceLink(own, agentLink(ctx, id));
}

/** `SSH_AGENT=off`: sockets that are still open lead nowhere from now on. */
export async function closeAgentRelays(ctx: Context, id: string): Promise<void> {
  for (const path of [agentLink(ctx, id), join(ctx.paths.container(id), "ssh-agent")])
    if (await pathExists(path)) await rm(path, { recursive: true, force: true });
}

/** Outside the mounted folder: the container never sees the agent's path. */
function agentLink(ctx: Context, id: string): string {
  return join(ctx.paths.state(id), "ssh-agent");
}

async function replaceLink(target: string, path: string): Promise<void> {
  if ((await readlink(path).catch(() => undefined)) === target) return;
  const temporary = `${path}.${randomBytes(6).toString("hex")}`;
  await symlink(target, temporary);
  await rename(temporary, path);
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function relay(inside: Socket, agent: string, ends: Set<Socket>): void {
  const outside = connect(agent);
  const pair = [inside, outside];
  for (const socket of pair) {
    ends.add(socket);
    const end = (): void => pair.forEach((one) => (one.destroy(), ends.delete(one)));
    socket.on("error", end).on("close", end);
  }
  inside.pipe(outside);
  outside.pipe(inside);
}

/** A socket's path may have 107 bytes at most; through the open folder it is short, whatever the path of the home. */
async function listenIn(server: Server, folder: string, name: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    server.listen(`/proc/self/fd/${handle.fd}/${name}`);
    await once(server, "listening");
    await chmod(join(folder, name), 0o600);
  } finally {
    await handle.close();
  }
}

/** Removes the sockets of killed `connect` processes. A socket that was made just now may not be listening yet. */
async function removeDeadSockets(folder: string): Promise<void> {
  const justNow = Date.now() - 10_000;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const made = await lstat(path).then(
      ({ ctimeMs }) => ctimeMs,
      (error: unknown) => {
        if (isAbsent(error)) return Infinity;
        throw error;
      },
    );
    if (name.endsWith(".sock") && made < justNow && !(await answers(path))) await rm(path, { force: true });
  }
}
