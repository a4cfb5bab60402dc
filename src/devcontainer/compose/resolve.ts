import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { plain, plainLines } from "../../system/text.ts";
import { removeTree } from "../../system/files/tree.ts";
import { isObject } from "../source/json.ts";
import type { ComposePlan, Json, JsonObject } from "../types.ts";
import { composeReason } from "./compose-causes.ts";
import type { Dialect } from "./interpolate.ts";
import type { ComposeInputs } from "./compose-inputs.ts";
import { dataFolder } from "./references.ts";
import { planProject, toTree, treeDepth } from "./tree-root.ts";

export type ComposeProgram = ComposePlan["program"];

/**
 * Prefers the plug-in, as @devcontainers/cli does.
 * @throws COMPOSE_MISSING
 */
export async function findCompose(ctx: Pick<Context, "run" | "env">): Promise<ComposeProgram> {
  for (const program of ["docker compose", "docker-compose"] as const) {
    const [file, args] = planCompose(program, ["version"]);
    const result = await ctx.run(file, args, { timeoutMs: 20_000 }).catch(() => undefined);
    if (result?.code === 0) return program;
  }
  throw new CoworkError(
    "COMPOSE_MISSING",
    "The dev container configuration needs Docker Compose, which is not installed.",
    {
      hint: "install it (sudo apt-get install docker-compose), then run the same command again",
    },
  );
}

export function dialectOf(program: ComposeProgram): Dialect {
  return program === "docker compose" ? "v2" : "v1";
}

function planCompose(program: ComposeProgram, args: string[]): [string, string[]] {
  return program === "docker compose" ? ["docker", ["compose", ...args]] : ["docker-compose", args];
}

/**
 * The environment for all later calls with cowork's own Compose file, `devcontainer up` included. Compose reads `.env` in its
 * working directory, which may be the clone, where an agent can write. So every variable that such a file could set is set here, to
 * the caller's value or to an empty one. The Compose file itself no longer needs variables.
 */
export function composeEnvironment(env: Context["env"], composeProject: string): Record<string, string> {
  const ofCaller = `DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_BUILDKIT
    DOCKER_DEFAULT_PLATFORM COMPOSE_DOCKER_CLI_BUILD COMPOSE_API_VERSION COMPOSE_TLS_VERSION`.split(/\s+/);
  const withoutClient = ["COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_ENV_FILES"];
  return {
    ...Object.fromEntries(ofCaller.map((name) => [name, env[name] ?? ""])),
    ...Object.fromEntries(withoutClient.map((name) => [name, ""])),
    COMPOSE_DISABLE_ENV_FILE: "1",
    COMPOSE_PROJECT_NAME: composeProject,
  };
}

/** A folder for one run of Compose. It is not created yet. */
export interface ComposePlace {
  folder: string;
  /** stands for the root of the repository */
  tree: string;
}

/**
 * The folder is so deep that `../..` still leads to a folder of ours. Its parents have names that cannot occur in a project's
 * paths.
 */
export function composePlace(ctx: Pick<Context, "paths">): ComposePlace {
  const folder = join(temporaryRoot(ctx), `compose-${randomBytes(6).toString("hex")}`);
  const above = Array.from({ length: treeDepth }, () => randomBytes(6).toString("hex"));
  return { folder, tree: join(folder, ...above, "tree") };
}

function temporaryRoot(ctx: Pick<Context, "paths">): string {
  return join(ctx.paths.stateRoot, ".tmp");
}

/**
 * Has Compose merge its files once, in a temporary folder that has only what cowork has read, judged and written again, and nothing
 * else of the project. The result needs no other files and no variables. Paths below the folder begin with `treeRoot`.
 * @throws DEVCONTAINER_INVALID with Compose's own words
 */
export async function resolveCompose(
  ctx: Context,
  place: ComposePlace,
  request: { program: ComposeProgram; main: readonly string[]; inputs: ComposeInputs },
): Promise<JsonObject> {
  const { program, main, inputs } = request;
  const { folder, tree } = place;
  const home = join(folder, "home");
  const realHome = ctx.env["HOME"] ?? ctx.user.home;
  try {
    await ensureFolder(ctx.paths.home, { mode: 0o700 });
    await ensureFolder(temporaryRoot(ctx), { mode: 0o700 });
    for (const each of [tree, home, join(dirname(tree), dataFolder)])
      await mkdir(each, { recursive: true, mode: 0o700 });
    for (const each of inputs.folders) await mkdir(join(tree, each), { recursive: true });
    for (const [path, text] of inputs.documents) await write(join(tree, path), `${text}\n`);
    for (const [name, bytes] of inputs.dataFiles) await write(join(dirname(tree), dataFolder, name), bytes);
    const envFile = join(folder, "variables");
    await write(envFile, renderVariables(program, inputs.dotEnv));
    const named = main.flatMap((path) => ["-f", join(tree, path)]);
    // The plug-in omits services whose profiles are disabled; the standalone program prints all services.
    const profiles = program === "docker compose" ? ["--profile", "*"] : [];
    const [file, args] = planCompose(program, ["--env-file", envFile, ...named, ...profiles, "config"]);
    const { code, stdout, stderr } = await ctx.run(file, args, {
      cwd: tree,
      env: { ...environment(ctx.env, program, { home, realHome }), ...inputs.hostVariables, PWD: tree },
      timeoutMs: 300_000,
      maxOutput: 16 * 1024 * 1024,
      signal: ctx.signal,
    });
    if (code !== 0) throw refused(stderr.replaceAll(`${tree}/`, ""));
    const value = mapTexts(await parseResolved(program, stdout), (text) => text.replaceAll(home, () => realHome));
    return withTreeRoot(value, tree) as JsonObject;
  } finally {
    await removeTree(folder);
  }
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, content, { mode: 0o600 });
}

/**
 * Renders the variables that files named by `env_file` may refer to: v2 replaces those of `.env` there, v1 does not. Variables that
 * configure Compose or docker are left out, because the project must not set them.
 */
function renderVariables(program: ComposeProgram, dotEnv: Readonly<Record<string, string>>): string {
  if (program === "docker-compose") return "";
  const theirs = Object.entries(dotEnv).filter(
    ([name]) =>
      /^[A-Za-z_]\w*$/.test(name) && !/^(COMPOSE|DOCKER|BUILDX|BUILDKIT|OTEL|PATH$|HOME$|PWD$|LD_|SSH_)/i.test(name),
  );
  return theirs.map(([name, value]) => `${name}=${quotedValue(value)}\n`).join("");
}

function quotedValue(value: string): string {
  if (!/['\\\n\r]/.test(value)) return `'${value}'`;
  return `"${value
    .replace(/[\\"$]/g, "\\$&")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")}"`;
}

/**
 * The standalone program writes YAML 1.1 for Python's parser. There `0o17` and `12e4` are texts: a number with an exponent has a
 * decimal point and a sign. A commit hash must not become a number.
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
  // Dates and other types that only YAML has become texts.
  const value = JSON.parse(JSON.stringify(document.toJS() ?? null)) as Json;
  if (!isObject(value)) throw refused("it returned no configuration");
  return value;
}

function isPythonText(source: string): boolean {
  return /e/i.test(source) && !/^[-+]?(0x[\da-f_]+|[\d_]+\.[\d_]*e[-+]\d+)$/i.test(source);
}

/** Has only what Compose itself needs. `~` leads to an empty folder, so Compose cannot open files of the user's home. */
function environment(
  env: Context["env"],
  program: ComposeProgram,
  { home, realHome }: { home: string; realHome: string },
): Record<string, string> {
  // The plug-in is found through docker's own configuration.
  const config = env["DOCKER_CONFIG"] ?? join(realHome, ".docker");
  return {
    ...(env["PATH"] === undefined ? {} : { PATH: env["PATH"] }),
    // v1 may be a Python program installed below the user's home.
    ...(program === "docker compose" ? { DOCKER_CONFIG: config } : { PYTHONUSERBASE: join(realHome, ".local") }),
    HOME: home,
    LC_ALL: "C.UTF-8",
    COMPOSE_PROJECT_NAME: planProject,
    COMPOSE_DISABLE_ENV_FILE: "1",
    // Never download: all files are already there.
    COMPOSE_EXPERIMENTAL_GIT_REMOTE: "false",
    COMPOSE_EXPERIMENTAL_OCI_REMOTE: "false",
  };
}

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => mapTexts(each, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [change(key), mapTexts(each, change)]));
}

function withTreeRoot(value: Json, folder: string): Json {
  return mapTexts(value, (text) => {
    if (text.includes("\0")) throw refused("a value contains a NUL character");
    return toTree(text, folder);
  });
}

function refused(output: string): CoworkError {
  const { why, hint } = composeReason(plainLines(output)) ?? { why: "no reason given" };
  return new CoworkError("DEVCONTAINER_INVALID", `Docker Compose cannot read the configuration: ${plain(why)}`, {
    detail: output,
    hint: hint ?? "fix the Compose file, then run the same command again",
  });
}
