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

export function dialectOf(program: ComposeProgram): Dialect {
  return program === "docker compose" ? "v2" : "v1";
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
  const withoutClient = ["COMPOSE_FILE", "COMPOSE_PROFILES", "COMPOSE_ENV_FILES"];
  return {
    ...Object.fromEntries(ofCaller.map((name) => [name, env[name] ?? ""])),
    ...Object.fromEntries(withoutClient.map((name) => [name, ""])),
    COMPOSE_DISABLE_ENV_FILE: "1",
    COMPOSE_PROJECT_NAME: composeProject,
  };
}

/** A folder for one run of Compose, nothing of which exists yet. */
export interface ComposePlace {
  folder: string;
  /** stands for the root of the project */
  tree: string;
}

/** So deep that `../..` still leads to a folder of ours, below names that no path of a project can hold. */
export function composePlace(ctx: Pick<Context, "paths">): ComposePlace {
  const folder = join(temporaryRoot(ctx), `compose-${randomBytes(6).toString("hex")}`);
  const above = Array.from({ length: treeDepth }, () => randomBytes(6).toString("hex"));
  return { folder, tree: join(folder, ...above, "tree") };
}

function temporaryRoot(ctx: Pick<Context, "paths">): string {
  return join(ctx.paths.stateRoot, ".tmp");
}

/**
 * Has Compose put its files together, once: in a temporary folder that holds what cowork read and judged, in cowork's own words, and
 * nothing of the project itself. What comes out needs no other file and no variable any more. Paths below the folder begin with
 * `treeRoot`.
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
    // The plug-in leaves out services of profiles that are off; the program of its own prints all.
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
 * The variables that files named by `env_file` may refer to: v2 knows those of `.env` there, v1 does not. What steers Compose or
 * docker is not the project's to say.
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

/** What Compose itself needs and nothing more. `~` leads to an empty folder: no file of the user's home can be opened by it. */
function environment(
  env: Context["env"],
  program: ComposeProgram,
  { home, realHome }: { home: string; realHome: string },
): Record<string, string> {
  // The plug-in is found by way of docker's own configuration.
  const config = env["DOCKER_CONFIG"] ?? join(realHome, ".docker");
  return {
    ...(env["PATH"] === undefined ? {} : { PATH: env["PATH"] }),
    // v1 may be one that Python finds below the user's home.
    ...(program === "docker compose" ? { DOCKER_CONFIG: config } : { PYTHONUSERBASE: join(realHome, ".local") }),
    HOME: home,
    LC_ALL: "C.UTF-8",
    COMPOSE_PROJECT_NAME: planProject,
    COMPOSE_DISABLE_ENV_FILE: "1",
    // Never fetched: every file is there already.
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
    if (text.includes("\0")) throw refused("a value holds a NUL");
    return toTree(text, folder);
  });
}

function refused(said: string): CoworkError {
  const { why, hint } = composeReason(plainLines(said)) ?? { why: "it gave no reason" };
  return new CoworkError("DEVCONTAINER_INVALID", `Docker Compose cannot read the configuration: ${plain(why)}`, {
    detail: said,
    hint: hint ?? "correct the Compose file, then run the same command again",
  });
}
