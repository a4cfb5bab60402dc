import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import { pathExists } from "../../system/files.ts";
import { plain } from "../../system/text.ts";
import type { RemoteContext, Target } from "../types.ts";
import { hostOptions, parseSshG, type HostOptions, type RawOptions } from "./options.ts";
import { destinationOf, parseDestination } from "./target.ts";

const limitMs = 20_000;

/** Everything that the user's ssh knows of a host. @throws USAGE */
export async function resolveHost(ctx: RemoteContext, target: Target): Promise<HostOptions> {
  const place = parseDestination(target.destination);
  const raw = await askOpenSsh(ctx, target);
  const { home, name, uid } = ctx.user;
  const local = { home, localUser: name, localHost: hostname(), uid, env: ctx.env };
  return hostOptions(raw ?? new Map(), place.host, local);
}

/** `ssh -G`; undefined where there is no OpenSSH client, or one that does not know it. */
async function askOpenSsh(ctx: RemoteContext, target: Target): Promise<RawOptions | undefined> {
  const { port, identityFile, destination } = target;
  const homeOfSsh = passwordFileHome();
  const own = homeOfSsh === ctx.user.home ? [] : ["-F", await configFile(ctx.user.home)];
  const args = [
    "-G",
    ...own,
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(identityFile === undefined ? [] : ["-i", identityFile]),
    "--",
    destinationOf(parseDestination(destination)),
  ];
  const result = await ctx.run("ssh", args, { timeoutMs: limitMs, signal: ctx.signal }).catch((error: unknown) => {
    if (error instanceof CoworkError && error.code === "PROGRAM_MISSING") return undefined;
    throw error;
  });
  if (result === undefined) return undefined;
  if (result.code !== 0) {
    const said = plain(result.stderr).slice(0, 500);
    throw new CoworkError("HOST_UNREACHABLE", `ssh does not understand ${plain(destination)}: ${said}`, {
      hint: `see what \`ssh -G ${plain(destination)}\` says`,
    });
  }
  return withHome(parseSshG(result.stdout), homeOfSsh, ctx.user.home);
}

function passwordFileHome(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    return undefined;
  }
}

/** OpenSSH takes the home folder from the password file; ours is `$HOME`. */
async function configFile(home: string): Promise<string> {
  const own = join(home, ".ssh", "config");
  if (await pathExists(own)) return own;
  return (await pathExists("/etc/ssh/ssh_config")) ? "/etc/ssh/ssh_config" : "none";
}

/** The default of this key is printed with the password file's home in it. */
function withHome(raw: RawOptions, theirs: string | undefined, ours: string): RawOptions {
  const known = raw.get("userknownhostsfile");
  const theirDefault = `${theirs}/.ssh/known_hosts ${theirs}/.ssh/known_hosts2`;
  if (theirs === undefined || theirs === ours || known?.[0] !== theirDefault) return raw;
  return new Map([...raw, ["userknownhostsfile", [`${ours}/.ssh/known_hosts ${ours}/.ssh/known_hosts2`]]]);
}
