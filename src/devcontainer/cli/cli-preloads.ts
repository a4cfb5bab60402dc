import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { readAsset } from "../../assets.ts";
import { readDockerConfig } from "../../engine/docker-config.ts";
import { findEndpoint } from "../../engine/endpoint.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, writeFileAtomic } from "../../system/files/files.ts";
import { findProgram } from "../../system/process/find-program.ts";
import { memoizePerRun } from "../../system/known.ts";
import { remembered, stampOf } from "../../system/remembered.ts";

/** Code of ours that is loaded into the process of @devcontainers/cli before the CLI itself. */
export interface CliPreload {
  /** arguments for Node */
  args: string[];
  env: Record<string, string>;
}

/**
 * Prepares `cli-preload/` and its variables. If the engine is behind the same socket that the docker client would use, the CLI does
 * not have to start the docker client for every small request. `COWORK_PLAIN_DOCKER=1` turns this off.
 */
export async function cliPreloads(ctx: Context): Promise<CliPreload> {
  return await memoizePerRun(ctx, "additions to the dev container CLI", async () => {
    const [file, env] = await Promise.all([unpack(ctx), answersEnvironment(ctx)]);
    return { args: ["--require", file], env: env ?? {} };
  });
}

async function answersEnvironment(ctx: Context): Promise<Record<string, string> | undefined> {
  if (ctx.env["COWORK_PLAIN_DOCKER"] === "1") return undefined;
  const { socketPath, origin } = await findEndpoint({ env: ctx.env, home: ctx.user.home });
  if (socketPath === undefined || origin === "the user's own socket") return undefined;
  const [version, engine] = await Promise.all([clientVersion(ctx), ctx.engine.info()]);
  if (version === undefined) return undefined;
  return {
    COWORK_ENGINE_SOCKET: socketPath,
    COWORK_DOCKER_VERSION: version,
    COWORK_ENGINE_VERSION: `${engine.version}\n`,
    ...(hasClientSettings(ctx) ? {} : { COWORK_DOCKER_RUN: "1" }),
  };
}

/**
 * The user's docker configuration can change every container that the client makes (proxies, default options). Then the client has
 * to make them.
 */
function hasClientSettings({ env, user }: Context): boolean {
  if (env["DOCKER_DEFAULT_PLATFORM"] || env["DOCKER_CONTENT_TRUST"]) return true;
  const config = readDockerConfig({ env, home: user.home });
  return config === undefined || Object.hasOwn(config, "proxies");
}

/**
 * @devcontainers/cli uses the version text to tell Docker's client from Podman's `docker` command. We only stand in for Docker's.
 */
async function clientVersion(ctx: Context): Promise<string | undefined> {
  const program = findProgram(ctx.env, "docker");
  if (program === undefined) return undefined;
  // Starting the client alone takes 15 ms.
  const version = await remembered(ctx, "docker", [stampOf(program)], async () => {
    const asked = await ctx.run(program, ["-v"], { signal: ctx.signal, timeoutMs: 20_000 }).catch(() => undefined);
    return { value: asked?.stdout ?? "", partly: asked?.code !== 0 };
  });
  return /^Docker version \d/.test(version) ? version : undefined;
}

/** The file's name has the hash of its content, so an existing file is correct. */
async function unpack(ctx: Pick<Context, "paths">): Promise<string> {
  const content = await readAsset("cli-preload.cjs");
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  const folder = join(ctx.paths.lib, "devcontainers-cli");
  const file = join(folder, `preload-${hash}.cjs`);
  if (existsSync(file)) return file;
  await ensureFolder(folder, { mode: 0o700 });
  await writeFileAtomic(file, content);
  return file;
}
