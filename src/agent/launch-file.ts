import { join } from "node:path";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder, readTextFile, writeFileAtomic } from "../system/files/files.ts";
import { plain } from "../system/text.ts";
import { loginCommand } from "./login-command.ts";
import { installationOf } from "./package.ts";
import { inside } from "./parts.ts";
import type { Agent, Variant } from "./types.ts";

// What the launcher (templates/agent/bin/agent-launch) must know, in lines that sh can read: the container sees them, read-only, at
// /opt/cowork/session/agent-{id}. The launcher of an older cowork reads the first three lines only.

const variants: readonly Variant[] = ["linux-x64", "linux-x64-musl", "linux-arm64", "linux-arm64-musl"];
/** Older ones refuse to read more. */
const maxBytes = 4096;

/** @returns false if nothing changed */
export async function writeLaunchFile(ctx: Context, agent: Agent, id: string, version: string): Promise<boolean> {
  await ensureFolder(ctx.paths.container(id), { mode: 0o755 });
  const path = pathOf(ctx, agent, id);
  const content = launchFile(agent, version, ctx.user);
  if ((await readTextFile(path, { maxBytes: maxRead })) === content) return false;
  await writeFileAtomic(path, content, { mode: 0o644 });
  return true;
}

/** The version that the launcher of this session starts; undefined if there is none yet. */
export async function readLaunchVersion(ctx: Context, agent: Agent, id: string): Promise<string | undefined> {
  const content = await readTextFile(pathOf(ctx, agent, id), { maxBytes: maxRead });
  return /^version=([\w.-]+)$/m.exec(content ?? "")?.[1];
}

const maxRead = 64 * 1024;

/**
 * Pure. Each line is `key=value`; a key may occur several times. The launcher passes values on and never lets the shell read them as
 * commands.
 */
export function launchFile(
  agent: Agent,
  version: string,
  user: Pick<Context["user"], "sessionUid" | "sessionGid">,
): string {
  const { launch, login, stop } = agent;
  const { renewal } = login;
  const { secret } = launch;
  const entries = (values: Readonly<Record<string, string>> = {}): string[] =>
    Object.entries(values).map(([name, value]) => `${variable(name)}=${value}`);
  const lines: [key: string, values: readonly string[]][] = [
    ["version", [version]],
    ["uid", [String(user.sessionUid)]],
    ["gid", [String(user.sessionGid)]],
    ["title", [agent.title]],
    ...variants.flatMap((variant) => packageLines(agent, version, variant)),
    ["unset", agent.keepOut.map(variable)],
    ["env", [...entries(launch.env), ...entries(launch.own)]],
    ["installed", entries(launch.installed)],
    // The launcher puts each before those that it has.
    ["arg", (launch.args ?? []).toReversed()],
    ["vault", [inside.vault(agent)]],
    ["config", [inside.config(agent)]],
    ["login", [fileName(login.files[0])]],
    ["how", [loginCommand(agent.id)]],
    ["link", (launch.links ?? []).map(fileName)],
    ["secret", secret === undefined ? [] : [`${variable(secret.variable)}=${fileName(secret.file)}`]],
    // For agent-drain, when the container itself is stopped.
    ["process", [stop.process]],
    ["start", stop.installed === true ? [`${inside.agents}/${agent.id}/`] : []],
    ["lock", renewal.kind === "none" ? [] : [`${inside.vault(agent)}/${renewal.lock}`]],
    ["renew", renewal.kind === "cowork" ? [fileName(renewal.program)] : []],
  ];
  const content = lines.flatMap(([key, values]) => values.map((value) => `${key}=${oneLine(value)}\n`)).join("");
  if (content.length > maxBytes) throw unusable(`is longer than ${maxBytes} bytes`);
  return content;
}

/** `program={variant} {path}` or `refuse={variant} {why}`. */
function packageLines(agent: Agent, version: string, variant: Variant): [string, string[]][] {
  const found = agent.install.package(variant, version);
  if ("unavailable" in found) return [["refuse", [`${variant} ${found.unavailable}`]]];
  const { folder, program, needs = [] } = installationOf(agent, version, variant);
  return [
    ["program", [`${variant} ${folder} ${program}`]],
    ["need", needs.map(({ library, hint }) => `${variant} ${library} ${hint}`)],
  ];
}

function fileName(name: string): string {
  if (name === "" || (name.startsWith(".") && name.replaceAll(".", "") === "") || /[/=]/.test(name))
    throw unusable(`names the file ${plain(name)}`);
  return name;
}

function variable(name: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*\*?$/.test(name)) throw unusable(`has the variable ${plain(name)}`);
  return name;
}

function oneLine(value: string): string {
  // oxlint-disable-next-line no-control-regex -- none of them has a place in a line
  if (/[\u0000-\u001f\u007f]/.test(value)) throw unusable(`has a value with control characters: ${plain(value)}`);
  return value;
}

function unusable(why: string): CoworkError {
  return new CoworkError("INTERNAL", `The launcher's file of an agent ${why}.`);
}

function pathOf(ctx: Context, agent: Agent, id: string): string {
  return join(ctx.paths.container(id), `agent-${agent.id}`);
}
