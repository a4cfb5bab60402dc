import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { list, textOf } from "../judge/judge-config.ts";
import { joinTree, treeFolder } from "../source/tree-path.ts";
import type { ConfigSource, JsonObject } from "../types.ts";
import { parseDotEnv } from "./dot-env.ts";
import { InterpolationError, type Dialect, type Lookup } from "./interpolate.ts";
import { decode, invalid } from "./read-yaml.ts";

/** The Compose files of a configuration, as paths in the source, in order. */
export interface ComposeFiles {
  main: string[];
  /** the `.env` file that their variables come from; it need not exist */
  dotEnv: string;
}

/**
 * Finds the Compose files that the configuration names. For an empty list these are the files that Compose itself would find in the
 * repository's root, `COMPOSE_FILE` of `.env` included.
 * @param path of the devcontainer.json
 * @throws DEVCONTAINER_INVALID for a path outside the repository
 */
export async function findComposeFiles(
  source: ConfigSource,
  config: JsonObject,
  path: string,
  dialect: Dialect,
): Promise<ComposeFiles> {
  const named = list(config["dockerComposeFile"]).map(textOf);
  if (named.length > 0) {
    const main = named.map((file) => insideTree(treeFolder(path), fromRoot(file), file, path));
    return { main, dotEnv: joinTree(treeFolder(main[0] ?? ""), ".env") ?? ".env" };
  }
  const env = await readDotEnv(source, ".env", dialect);
  const own = env["COMPOSE_FILE"];
  if (own !== undefined && own !== "") {
    const files = own.split(env["COMPOSE_PATH_SEPARATOR"] ?? ":");
    return { main: files.map((file) => insideTree("", file, file, ".env")), dotEnv: ".env" };
  }
  const override = "docker-compose.override.yml";
  const more = (await source.stat(override)) === "file" ? [override] : [];
  return { main: ["docker-compose.yml", ...more], dotEnv: ".env" };
}

/** Turns `${localWorkspaceFolder}/x` into `/x`, for `insideTree`. */
function fromRoot(file: string): string {
  return file.replace(/^\$\{localWorkspaceFolder\}(?=\/|$)/, "\0");
}

function insideTree(base: string, file: string, shown: string, where: string): string {
  const path = file.startsWith("\0") ? joinTree("", file.slice(1).replace(/^\/+/, "")) : joinTree(base, file);
  if (path !== undefined && path !== "" && !file.includes("${")) return path;
  throw new CoworkError(
    "DEVCONTAINER_INVALID",
    `${plain(where)}: the Compose file ${plain(shown)} is outside the repository.`,
  );
}

/**
 * Reads the variables of a `.env` file. Returns none if the file does not exist. Throws DEVCONTAINER_INVALID if it is a link or
 * cannot be parsed.
 */
export async function readDotEnv(
  source: ConfigSource,
  path: string,
  dialect: Dialect,
  lookup?: Lookup,
): Promise<Record<string, string>> {
  if ((await source.stat(path)) === "link") throw invalid(path, "is a link, which cowork does not follow");
  const bytes = await source.read(path);
  if (bytes === undefined) return {};
  try {
    return parseDotEnv(decode(bytes, path), dialect, lookup);
  } catch (error) {
    if (error instanceof InterpolationError) throw invalid(`${path}:`, error.message);
    throw error;
  }
}
