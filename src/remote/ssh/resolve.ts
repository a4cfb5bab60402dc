import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import { pathExists } from "../../system/files/files.ts";
import { plain } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import { readConfigFiles } from "./config-file.ts";
import { hostOptions, parseSshG, type HostOptions, type RawOptions } from "./options.ts";
import type { Place } from "./target.ts";

const limitMs = 20_000;

/** Resolves the user's ssh configuration for a host, with or without OpenSSH on this machine. */
export async function resolveHost(ctx: RemoteContext, place: Place, identityFile?: string): Promise<HostOptions> {
  const { home, name, uid } = ctx.user;
  const raw = (await askOpenSsh(ctx, place, identityFile)) ?? (await readOurselves(ctx, place, identityFile));
  return hostOptions(raw, place, { home, localUser: name, localHost: hostname(), uid, env: ctx.env });
}

/** Runs `ssh -G`; undefined without an OpenSSH client. The host is after `--`, so it is never an option. */
async function askOpenSsh(ctx: RemoteContext, place: Place, identityFile?: string): Promise<RawOptions | undefined> {
  const option = (letter: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [letter, String(value)];
  const theirHome = homeOfPasswordFile();
  const file = theirHome === ctx.user.home ? undefined : await configFile(ctx.user.home);
  const options = [
    ["-F", file] as const,
    ["-p", place.port] as const,
    ["-l", place.user] as const,
    ["-i", identityFile] as const,
  ];
  const args = ["-G", ...options.flatMap(([letter, value]) => option(letter, value)), "--", place.host];
  const result = await ctx.run("ssh", args, { timeoutMs: limitMs, signal: ctx.signal }).catch((error: unknown) => {
    if (error instanceof CoworkError && error.code === "PROGRAM_MISSING") return undefined;
    throw error;
  });
  if (result === undefined) return undefined;
  if (result.code === 0) return withHome(parseSshG(result.stdout), theirHome, ctx.user.home);
  const said = plain(result.stderr).slice(0, 500);
  throw new CoworkError("HOST_UNREACHABLE", `ssh cannot read its configuration for ${plain(place.host)}: ${said}`, {
    hint: "fix the file that ssh names",
  });
}

async function readOurselves(ctx: RemoteContext, place: Place, identityFile?: string): Promise<RawOptions> {
  const raw = await readConfigFiles(place, { home: ctx.user.home, localUser: ctx.user.name, log: ctx.log });
  if (identityFile === undefined) return raw;
  return new Map([...raw, ["identityfile", [identityFile, ...(raw.get("identityfile") ?? [])]]]);
}

function homeOfPasswordFile(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}

/** OpenSSH uses the home folder of the password file; cowork uses `$HOME`. */
async function configFile(home: string): Promise<string> {
  const own = join(home, ".ssh", "config");
  if (await pathExists(own)) return own;
  return (await pathExists("/etc/ssh/ssh_config")) ? "/etc/ssh/ssh_config" : "none";
}

/** `ssh -G` expands `~` in this key to the home folder of the password file. */
function withHome(raw: RawOptions, theirs: string | undefined, ours: string): RawOptions {
  const key = "userknownhostsfile";
  const files = raw.get(key);
  if (theirs === undefined || theirs === ours || files === undefined) return raw;
  const mapped = files.map((file) => (file.startsWith(`${theirs}/`) ? join(ours, file.slice(theirs.length)) : file));
  return new Map([...raw, [key, mapped]]);
}
