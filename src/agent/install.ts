import { chmod, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CoworkError, toCoworkError } from "../errors.ts";
import { ownCommand, steps } from "../hint.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder, pathExists } from "../system/files/files.ts";
import { withLock } from "../system/locks.ts";
import { plain } from "../system/text.ts";
import { fetchTarball, findTarball } from "./npm/download.ts";
import { readNpmConfig } from "./npm/config.ts";
import { installationOf, programPath, type Installation } from "./package.ts";
import type { Agent, Variant } from "./types.ts";

export interface InstallRequest {
  version: string;
  variant: Variant;
  /** session that the progress is reported for; empty for none */
  session?: string;
  /** an image of cowork's own, which may have to be built: only for agents that finish their installation themselves */
  image?: (() => Promise<string>) | undefined;
}

/**
 * Installs one version of an agent for one kind of container, once per host; does nothing if it is installed already.
 * Several versions can be installed. Two calls at once are safe: one downloads, the other waits and then finds it.
 * @returns path of the program
 * @throws CoworkError AGENT_UNAVAILABLE if the registry cannot be reached or does not have it, or there is nothing for this container
 */
export async function installAgent(ctx: Context, agent: Agent, request: InstallRequest): Promise<string> {
  const installation = installationOf(agent, request.version, request.variant);
  const program = programPath(ctx, agent, installation);
  if (await pathExists(program)) return program;
  const what = `${agent.title} ${request.version} (${installation.as})`;
  const session = request.session ?? "";
  const note = (detail: string): void => ctx.report({ session, step: "agent", state: "note", detail });
  const lock = `agent-${agent.id}-${request.version}-${installation.as}`;
  const onWait = (): void => note(`waiting for another cowork command that is installing ${what}`);
  await withLock(ctx, lock, { waitMs: 15 * 60_000, onWait }, async () => {
    if (await pathExists(program)) return;
    try {
      await fetchProgram(ctx, agent, installation, { what, note, image: request.image });
    } catch (error) {
      throw unavailable(ctx, what, error);
    }
  });
  return program;
}

async function fetchProgram(
  ctx: Context,
  agent: Agent,
  installation: Installation,
  { what, note, image }: Pick<InstallRequest, "image"> & { what: string; note: (detail: string) => void },
): Promise<void> {
  const home = ctx.paths.agentLib(agent.id);
  const work = join(home, ".download");
  await ensureFolder(work, { mode: 0o755 });
  note(`fetching ${what}`);
  const { name, version, keep, program, folder } = installation;
  const npm = await readNpmConfig(ctx);
  const tarball = await findTarball(npm, { name, version });
  const part = join(work, `${folder.replace("/", "-")}.tgz`);
  await fetchTarball(
    ctx,
    npm,
    tarball,
    part,
    percentages((done) => note(`fetching ${what}: ${done}`)),
  );
  note(`unpacking ${what}`);
  const made = await mkdtemp(join(work, "unpack-"));
  try {
    const { unpackMembers } = await import("./npm/unpack.ts");
    await unpackMembers(part, keep, made);
    await chmod(join(made, program), 0o755);
    await chmod(made, 0o755);
    if (agent.install.settle !== undefined) {
      const { settle } = await import("./settle.ts");
      if (image === undefined) throw new CoworkError("INTERNAL", `${agent.title} needs an image to be installed.`);
      await settle(ctx, agent, installation, { made, image: await image() });
    }
    const target = join(home, folder);
    await ensureFolder(dirname(target), { mode: 0o755 });
    await rm(target, { recursive: true, force: true });
    await rename(made, target);
    await rm(part, { force: true });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** Progress in steps of 5 %, so that plain output stays readable. */
function percentages(say: (done: string) => void): (bytes: number, total: number | undefined) => void {
  let last = -1;
  return (bytes, total) => {
    const step = total === undefined ? Math.floor(bytes / 20e6) : Math.floor((bytes / total) * 20);
    if (step === last) return;
    last = step;
    const megabytes = (n: number): string => `${Math.round(n / 1e6)} MB`;
    say(total === undefined ? megabytes(bytes) : `${step * 5} % of ${megabytes(total)}`);
  };
}

function unavailable(ctx: Context, what: string, error: unknown): CoworkError {
  const known = toCoworkError(error);
  if (ctx.signal.aborted) return new CoworkError("INTERRUPTED", "Interrupted.", { cause: error });
  if (known.code === "DISK_FULL" || known.code === "PERMISSION_DENIED" || known.code === "INTERRUPTED") return known;
  const why = known.code === "AGENT_UNAVAILABLE" ? known.message : describe(error);
  return new CoworkError("AGENT_UNAVAILABLE", `${what} could not be installed: ${why}`, {
    hint: steps`check \`npm ping\`, then run \`${ownCommand("start")}\` to install it; sessions work without the agent until then`,
    cause: error,
    ...(known.detail === undefined ? {} : { detail: known.detail }),
  });
}

function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "E404") return "the npm registry does not have this version.";
  if (code === "E401" || code === "E403")
    return "the npm registry refused access; log in with `npm login` or update the token in ~/.npmrc.";
  if (code === "EINTEGRITY") return "the downloaded file does not match the hash of the npm registry.";
  const tls = /CERT|SELF_SIGNED|UNABLE_TO_/.test(code ?? "");
  if (tls) return `the npm registry's certificate is not trusted (${code}); set npm's \`cafile\`.`;
  return `the npm registry cannot be reached (${plain(code ?? message)}).`;
}
