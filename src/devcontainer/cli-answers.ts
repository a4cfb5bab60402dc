import { createHash } from "node:crypto";
import { join } from "node:path";
import { readAsset } from "../assets.ts";
import { findEndpoint } from "../engine/endpoint.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder, pathExists, writeFileAtomic } from "../system/files.ts";

/** What @devcontainers/cli is started with so that it need not start the docker client for every small question. */
export interface CliAnswers {
  /** words for Node, before the program */
  args: string[];
  env: Record<string, string>;
}

const none: CliAnswers = { args: [], env: {} };

/**
 * `templates/devcontainers-cli/docker-answers.cjs`, for an engine behind the socket that the docker client would use as well:
 * then both speak with the same one. Nothing for any other.
 */
export async function cliAnswers(ctx: Context): Promise<CliAnswers> {
  const { socketPath, origin } = await findEndpoint({ env: ctx.env, home: ctx.user.home });
  if (socketPath === undefined || origin === "the user's own socket") return none;
  const version = await clientVersion(ctx);
  if (version === undefined) return none;
  const path = await layDown(ctx);
  return {
    args: ["--require", path],
    env: { COWORK_ENGINE_SOCKET: socketPath, COWORK_DOCKER_VERSION: version },
  };
}

/** By it @devcontainers/cli tells Docker's client from Podman's under that name: only Docker's is stood in for. */
async function clientVersion(ctx: Context): Promise<string | undefined> {
  const key = "docker -v";
  const known = ctx.known?.get(key);
  if (known !== undefined) return known;
  const said = await ctx.run("docker", ["-v"], { signal: ctx.signal, timeoutMs: 20_000 }).catch(() => undefined);
  if (said?.code !== 0 || !/^Docker version \d/.test(said.stdout)) return undefined;
  ctx.known?.set(key, said.stdout);
  return said.stdout;
}

/** Under a name that stands for its content: what is there is right. */
async function layDown(ctx: Pick<Context, "paths">): Promise<string> {
  const content = await readAsset("templates/devcontainers-cli/docker-answers.cjs");
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const folder = join(ctx.paths.lib, "devcontainers-cli");
  const path = join(folder, `docker-answers-${hash}.cjs`);
  if (await pathExists(path)) return path;
  await ensureFolder(folder, { mode: 0o700 });
  await writeFileAtomic(path, content);
  return path;
}
