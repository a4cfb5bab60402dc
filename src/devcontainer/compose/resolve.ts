import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files.ts";
import { plain, plainLines } from "../../system/text.ts";
import { removeTree } from "../../system/tree.ts";
import { isObject } from "../json.ts";
import { treeFolder } from "../tree-path.ts";
import type { ComposePlan, ConfigSource, Json, JsonObject } from "../types.ts";
import type { ComposeInputs } from "./read-inputs.ts";
import { planProject, toTree, treeDepth } from "./tree-root.ts";

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
 * The environment of every later call with our own Compose file, `devcontainer up` too. Compose reads a `.env` of the folder that
 * it is called in, and that may be the clone, which an agent writes: what such a file could set is set here, to the caller's own
 * value or to nothing. Our Compose file itself needs no variable any more.
 */
export function composeEnvironment(env: Context["env"], composeProject: string): Record<string, string> {
  const ofCaller = `DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_BUILDKIT
    DOCKER_DEFAULT_PLATFORM COMPOSE_DOCKER_CLI_BUILD COMPOSE_API_VERSION COMPOSE_TLS_VERSION`.split(/\s+/);
  const ofNobody = ["COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_ENV_FILES"];
  return {
    ...Object.fromEntries(ofCaller.map((name) => [name, env[name] ?? ""])),
    ...Object.fromEntries(ofNobody.map((name) => [name, ""])),
    COMPOSE_DISABLE_ENV_FILE: "1",
    COMPOSE_PROJECT_NAME: composeProject,
  };
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
    // So deep that `../..` still leads to a folder of ours.
    const tree = join(folder, ...Array.from({ length: treeDepth }, () => "up"), "tree");
    await mkdir(tree, { recursive: true, mode: 0o700 });
    for (const each of inputs.folders) await mkdir(join(tree, each), { recursive: true });
    for (const path of inputs.files) await source.exportTo(path, join(tree, treeFolder(path)));
    const named = main.flatMap((path) => ["-f", join(tree, path)]);
    // The plug-in leaves out services of profiles that are off; the program of its own prints all.
    const profiles = program === "docker compose" ? ["--profile", "*"] : [];
    const [file, args] = planCompose(program, [...named, ...profiles, "config"]);
    const { code, stdout, stderr } = await ctx.run(file, args, {
      cwd: tree,
      env: { ...environment(ctx.env, inputs), PWD: tree },
      timeoutMs: 300_000,
      maxOutput: 16 * 1024 * 1024,
      signal: ctx.signal,
    });
    if (code !== 0) throw refused(stderr.replaceAll(`${tree}/`, ""));
    return withTreeRoot(await parseResolved(program, stdout), tree) as JsonObject;
  } finally {
    await removeTree(folder);
  }
}

/**
 * The program of its own writes YAML 1.1 as Python reads it, where `0o17` and `12e4` are texts: a number with an exponent has a
 * point and a sign there. A hash of a commit must not become a number.
 */
async function parseResolved(program: ComposeProgram, text: string): Promise<JsonObject> {
  const { parseDocument, visit } = await import("yaml");
  const isPython = program === "docker-compose";
  const document = parseDocument(text, { version: isPython ? "1.1" : "1.2", logLevel: "error" });
  const [error] = document.errors;
  if (error !== undefined) throw refused(error.message);
  visit(document, {
    Scalar(_, node) {
      if (isPython && typeof node.value === "number" && isPythonText(node.source ?? "")) node.value = node.source;
    },
  });
  // Dates and the like, which only YAML knows, become texts.
  const value = JSON.parse(JSON.stringify(document.toJS() ?? null)) as Json;
  if (!isObject(value)) throw refused("it gave no configuration");
  return value;
}

function isPythonText(source: string): boolean {
  return /e/i.test(source) && !/^[-+]?(0x[\da-f_]+|[\d_]+\.[\d_]*e[-+]\d+)$/i.test(source);
}

/** What Compose itself needs, and of the host's variables those that the files name: they were shown. */
function environment(env: Context["env"], { hostVariables }: ComposeInputs): Record<string, string> {
  const own = /^(PATH|HOME|XDG_RUNTIME_DIR|DOCKER_.+)$/;
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => own.test(entry[0]) && entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(kept),
    ...hostVariables,
    COMPOSE_PROJECT_NAME: planProject,
  };
}

function withTreeRoot(value: Json, folder: string): Json {
  if (typeof value === "string") {
    if (value.includes("\0")) throw refused("a value holds a NUL");
    return toTree(value, folder);
  }
  if (Array.isArray(value)) return value.map((each) => withTreeRoot(each, folder));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [toTree(key, folder), withTreeRoot(each, folder)]),
  );
}

function refused(said: string): CoworkError {
  const last = plainLines(said).findLast((line) => line !== "") ?? "";
  return new CoworkError("DEVCONTAINER_INVALID", `Docker Compose cannot read the configuration: ${plain(last)}`, {
    detail: said,
    hint: "docker-compose config, in the project, shows the same",
  });
}
