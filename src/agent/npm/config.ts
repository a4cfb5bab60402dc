import { platform } from "node:process";
import type { Context } from "../../system/context.ts";

/** Options of npm-registry-fetch: registries by scope, tokens, proxy, authorities, from the user's npm configuration. */
export type NpmOptions = Readonly<Record<string, unknown>> & { registry: string; defaultRegistryHost: string };

/**
 * The user's npm configuration: environment, user and global file. A project's `.npmrc` is left out on purpose: it is repository
 * content, and would choose where the agent's program comes from.
 */
export async function readNpmConfig(ctx: Context): Promise<NpmOptions> {
  const { default: Config } = await import("@npmcli/config");
  const lists = (await import("@npmcli/config/lib/definitions/index.js")).default;
  const config = new Config({
    // `--global` leaves out the project's file, whatever the current folder.
    argv: ["node", "cowork", "--global", ...(await globalConfigFile(ctx))],
    env: { ...ctx.env },
    cwd: ctx.paths.home,
    npmPath: ctx.paths.home,
    execPath: ctx.node.path,
    platform,
    ...lists,
  });
  await config.load();
  const flat = config.flat as Record<string, unknown>;
  return {
    ...flat,
    registry: String(flat.registry),
    defaultRegistryHost: new URL(String(lists.definitions.registry?.default)).hostname,
    ...(await authorities(flat)),
    // Sessions start without the agent if the registry does not answer, so waits are short.
    retry: { retries: 1, minTimeout: 500, maxTimeout: 2_000 },
    timeout: 30_000,
    cache: null,
  };
}

/** The path of npm's global file depends on where the user's npm is installed, not on the Node that runs us, so npm is asked. */
async function globalConfigFile(ctx: Context): Promise<string[]> {
  const asked = await ctx
    .run("npm", ["config", "get", "globalconfig"], { cwd: ctx.user.home, env: ctx.env, timeoutMs: 20_000 })
    .catch(() => undefined);
  const path = asked?.code === 0 ? asked.stdout.trim() : "";
  return path.startsWith("/") ? [`--globalconfig=${path}`] : [];
}

/** Behind a company's proxy the system's authorities are needed even if npm is not configured to use them. */
async function authorities(flat: Record<string, unknown>): Promise<{ ca?: string[] }> {
  if (flat.ca !== undefined && flat.ca !== null) return {};
  const tls = await import("node:tls");
  return { ca: [...new Set([...tls.getCACertificates("default"), ...tls.getCACertificates("system")])] };
}
