import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { agentParts } from "../../../src/agent/parts.ts";
import { prepareAgent } from "../../../src/agent/prepare.ts";
import type { Login } from "../../../src/agent/types.ts";
import { login } from "../../../src/auth/login.ts";
import { writeLaunchers } from "../../../src/devcontainer/cli/launchers.ts";
import type { AgentHost } from "../home/agent-context.ts";
import { asRoot } from "../home/as-root.ts";
import { playTerminal, typeCode } from "./terminal.ts";
import type { Vendor } from "./vendor.ts";
import { homeId } from "../../../src/system/home-id.ts";

/** A container with only what the agent needs of a session. Faster than `cowork init`. */
export interface PlainSession {
  id: string;
  container: string;
  /** the session's folder on the host, mounted at `/work` */
  work: string;
  /** runs a command in the container, by default as the session's uid */
  run(command: readonly string[], options?: { user?: string; input?: string; env?: string[] }): Promise<Ran>;
  /** the program and arguments that run a command in the container; with `tty`, on the terminal they run on */
  inside(command: readonly string[], options?: InsideOptions): string[];
}

export interface InsideOptions {
  user?: string;
  env?: string[];
  tty?: boolean;
}

export interface Ran {
  code: number;
  out: string;
}

export interface PlainOptions {
  id: string;
  image?: string;
  env?: Record<string, string>;
}

export async function plainSession(host: AgentHost, vendor: Vendor, options: PlainOptions): Promise<PlainSession> {
  const { ctx, agent, settings } = host;
  const { id } = options;
  await mkdir(ctx.paths.state(id), { recursive: true });
  await prepareAgent(ctx, agent, { id, name: id, settings, workspaceFolder: "/work" });
  const parts = await agentParts(ctx, agent, { id });
  const work = join(host.folder, "work", id);
  await mkdir(work, { recursive: true });
  const { sessionUid, sessionGid } = ctx.user;
  await asRoot("chown", [`${sessionUid}:${sessionGid}`, work]);
  const mounts = [
    { source: await writeLaunchers(ctx), target: "/opt/cowork", readOnly: true },
    { source: ctx.paths.container(id), target: "/opt/cowork/session", readOnly: true },
    { source: work, target: "/work", readOnly: false },
    ...parts.mounts,
  ].flatMap(({ source, target, readOnly }) => ["-v", `${source}:${target}${readOnly ? ":ro" : ""}`]);
  const env = Object.entries({ ...options.env, ...parts.containerEnv }).flatMap((pair) => ["-e", pair.join("=")]);
  const labels = ["--label", `cowork.home=${homeId(ctx.paths)}`, "--label", `cowork.name=${id}`];
  const pid1 = "trap '/opt/cowork/bin/quiesce; exit 0' 15; while sleep 1 & wait $!; do :; done";
  const place = ["--network", vendor.network, "-w", "/work", "-e", "HOME=/tmp", ...labels, ...env, ...mounts];
  const program = [options.image ?? vendor.image, "sh", "-c", pid1];
  const { stdout: container } = await execa("docker", ["run", "-d", ...place, ...program]);
  const inside: PlainSession["inside"] = (
    command,
    { user = `${sessionUid}:${sessionGid}`, env: extra = [], tty = false } = {},
  ) => {
    const path = "PATH=/opt/cowork/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";
    const variables = [path, ...extra].flatMap((one) => ["-e", one]);
    return ["docker", "exec", tty ? "-it" : "-i", "-u", user, ...variables, container, ...command];
  };
  const run: PlainSession["run"] = async (command, { input = "", ...where } = {}) => {
    const [docker, ...args] = inside(command, where);
    const ran = await execa(docker!, args, { reject: false, input, all: true });
    return { code: ran.exitCode ?? 128, out: ran.all };
  };
  return { id, container, work, run, inside };
}

/** Logs in on a terminal as a user does. */
export async function logInByHand(host: AgentHost, vendor: Vendor): Promise<Login> {
  const terminal = playTerminal();
  const stop = vendor.adoptLogin(homeId(host.ctx.paths));
  const request = { settings: host.settings, image: vendor.image, way: "login" } as const;
  const done = login(host.ctx, host.agent, request, terminal.io);
  try {
    await Promise.race([typeCode(terminal), done]);
    return await done;
  } finally {
    stop();
  }
}

/** Makes the access token expired, as it is after eight hours. No agent may be running. */
export async function endAccessToken(host: AgentHost): Promise<void> {
  const path = join(host.ctx.paths.vault("claude"), ".credentials.json");
  const content = JSON.parse(await readFile(path, "utf8")) as { claudeAiOauth: { expiresAt: number } };
  content.claudeAiOauth.expiresAt = 1;
  // written in place, so that owner and mode are kept
  await writeFile(path, JSON.stringify(content));
}
