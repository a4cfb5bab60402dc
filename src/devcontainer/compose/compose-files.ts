import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { list, textOf } from "../judge/judge-config.ts";
import { joinTree, treeFolder } from "../tree-path.ts";
import type { ConfigSource, JsonObject } from "../types.ts";
import { parseDotEnv } from "./interpolate.ts";

/**
 * The Compose files that the configuration names, as paths in the source, in order. An empty list means what Compose itself
 * would find at the repository's root, `COMPOSE_FILE` of `.env` included.
 * @param path of the devcontainer.json
 * @throws DEVCONTAINER_INVALID for a path outside the repository
 */
export async function findComposeFiles(source: ConfigSource, config: JsonObject, path: string): Promise<string[]> {
  const named = list(config["dockerComposeFile"]).map(textOf);
  if (named.length > 0) return named.map((file) => insideTree(treeFolder(path), fromRoot(file), file, path));
  const env = await readDotEnv(source, ".env");
  const own = env["COMPOSE_FILE"];
  if (own !== undefined && own !== "") {
    return own.split(env["COMPOSE_PATH_SEPARATOR"] ?? ":").map((file) => insideTree("", file, file, ".env"));
  }
  const override = "docker-compose.override.yml";
  return ["docker-compose.yml", ...((await source.stat(override)) === "file" ? [override] : [])];
}

/** `${localWorkspaceFolder}/x` as `/x`, for `insideTree`. */
function fromRoot(file: string): string {
  return file.replace(/^\$\{localWorkspaceFolder\}(?=\/|$)/, "\0");
}

function insideTree(base: string, file: string, shown: string, where: string): string {
  const path = file.startsWith("\0") ? joinTree("", file.slice(1).replace(/^\/+/, "")) : joinTree(base, file);
  if (path !== undefined && path !== "" && !file.includes("${")) return path;
  throw new CoworkError(
    "DEVCONTAINER_INVALID",
    `${plain(where)}: the Compose file ${plain(shown)} does not lie in the repository.`,
  );
}

/** Empty when there is none. */
export async function readDotEnv(source: ConfigSource, path: string): Promise<Record<string, string>> {
  const bytes = await source.read(path);
  return bytes === undefined ? {} : parseDotEnv(new TextDecoder().decode(bytes));
}
