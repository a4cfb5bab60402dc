import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files.ts";
import { plain, plainLines } from "../../system/text.ts";
import { removeTree } from "../../system/tree.ts";
import { isObject } from "../judge/judge-config.ts";
import { treeFolder } from "../tree-path.ts";
import type { ComposePlan, ConfigSource, Json, JsonObject } from "../types.ts";
import type { ComposeInputs } from "./read-inputs.ts";
import { toTree } from "./tree-root.ts";

export type ComposeProgram = ComposePlan["program"];

/** The plugin where there is one, as @devcontainers/cli chooses. @throws COMPOSE_MISSING */
export async function findCompose(ctx: Pick<Context, "run" | "env">): Promise<ComposeProgram> {
  for (const program of ["docker compose", "docker-compose"] as const) {
    const [file, args] = planCompose(program, ["version"]);
    const result = await ctx.run(file, args, { timeoutMs: 20_000 }).catch(() => undefined);
    if (result?.code === 0) return program;
  }
  throw new CoworkError("COMPOSE_MISSING", "The dev container configuration needs Docker Compose, and there is none.", {
    hint: "apt-get install docker-compose (as root), then run the same command again",
  });
}

function planCompose(program: ComposeProgram, args: string[]): [string, string[]] {
  return program === "docker compose" ? ["docker", ["compose", ...args]] : ["docker-compose", args];
}

/**
 * Has Compose put its files together, once: in a temporary folder that holds them and what they read, and nothing else of the
 * project. What comes out needs no other file and no variable any more. Paths below the folder begin with `treeRoot`.
 * @throws DEVCONTAINER_INVALID with Compose's own words
 */
export async function resolveCompose(
  ctx: Context,
  source: ConfigSource,
  request: { program: ComposeProgram; main: readonly string[]; inputs: ComposeInputs },
): Promise<JsonObject> {
  const { program, main, inputs } = request;
  const temporary = join(ctx.paths.stateRoot, ".tmp");
  const folder = join(temporary, `compose-${randomBytes(6).toString("hex")}`);
  try {
    await ensureFolder(ctx.paths.home, { mode: 0o700 });
    await ensureFolder(temporary, { mode: 0o700 });
    await mkdir(folder, { mode: 0o700 });
    for (const each of inputs.folders) await mkdir(join(folder, each), { recursive: true });
    for (const path of inputs.files) await source.exportTo(path, join(folder, treeFolder(path)));
    const env = inputs.files.includes(".env") ? ["--env-file", join(folder, ".env")] : [];
    const named = main.flatMap((path) => ["-f", join(folder, path)]);
    const [file, args] = planCompose(program, [...named, ...env, "config"]);
    const { code, stdout, stderr } = await ctx.run(file, args, {
      cwd: folder,
      env: environment(ctx.env, inputs),
      timeoutMs: 60_000,
      maxOutput: 16 * 1024 * 1024,
      signal: ctx.signal,
    });
    if (code !== 0) throw refused(stderr.replaceAll(`${folder}/`, ""));
    const { parse } = await import("yaml");
    const value = parse(stdout, { maxAliasCount: 0, logLevel: "silent" }) as Json;
    if (!isObject(value)) throw refused("it gave no configuration");
    return withTreeRoot(value, folder) as JsonObject;
  } finally {
    await removeTree(folder);
  }
}

/** What Compose itself needs, and of the host's variables those that the files name: they were shown. */
function environment(env: Context["env"], { hostVariables, profiles }: ComposeInputs): Record<string, string> {
  const own = /^(PATH|HOME|XDG_RUNTIME_DIR|DOCKER_.+)$/;
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => own.test(entry[0]) && entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(kept),
    ...hostVariables,
    COMPOSE_PROJECT_NAME: "cowork",
    ...(profiles.length === 0 ? {} : { COMPOSE_PROFILES: profiles.join(",") }),
  };
}

function withTreeRoot(value: Json, folder: string): Json {
  if (typeof value === "string") {
    if (value.includes("\0")) throw refused("a value holds a NUL");
    return toTree(value, folder);
  }
  if (Array.isArray(value)) return value.map((each) => withTreeRoot(each, folder));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withTreeRoot(each, folder)]));
}

function refused(said: string): CoworkError {
  const last = plainLines(said).findLast((line) => line !== "") ?? "";
  return new CoworkError("DEVCONTAINER_INVALID", `Docker Compose cannot read the configuration: ${plain(last)}`, {
    detail: said,
    hint: "docker-compose config, in the project, shows the same",
  });
}
