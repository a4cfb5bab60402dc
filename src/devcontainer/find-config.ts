import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import { joinTree } from "./tree-path.ts";
import type { ConfigSource } from "./types.ts";

/**
 * Where the project's dev container config lies: `name` decides (a path, or a folder's name under `.devcontainer/`), else
 * the two standard places, else the only `.devcontainer/<folder>/devcontainer.json`.
 * @param name value of `--config` or of the `DEVCONTAINER` setting
 * @returns path in the source; undefined when the project has no config: the template is used
 * @throws DEVCONTAINER_AMBIGUOUS for several, DEVCONTAINER_INVALID when the named one is not there or is a link
 */
export async function findConfig(source: ConfigSource, name?: string): Promise<string | undefined> {
  if (name !== undefined && name !== "") return findNamed(source, name);
  for (const path of [".devcontainer/devcontainer.json", ".devcontainer.json"]) {
    if (await isConfig(source, path)) return path;
  }
  const found = await listConfigs(source);
  if (found.length <= 1) return found[0];
  const names = found.map((path) => plain(path.split("/")[1] ?? ""));
  throw new CoworkError(
    "DEVCONTAINER_AMBIGUOUS",
    `The project has several dev container configurations: ${names.join(", ")}.`,
    { hint: `choose one: --config ${names[0]}, or for good: cowork config set DEVCONTAINER ${names[0]}` },
  );
}

async function findNamed(source: ConfigSource, name: string): Promise<string> {
  const path = joinTree("", name);
  const candidates =
    path === undefined
      ? []
      : /(^|\/)\.?devcontainer\.json$/.test(path)
        ? [path]
        : [`.devcontainer/${path}/devcontainer.json`, joinTree(path, "devcontainer.json") ?? ""];
  for (const candidate of candidates) {
    if (await isConfig(source, candidate)) return candidate;
  }
  const others = [...(await standardConfigs(source)), ...(await listConfigs(source))];
  throw new CoworkError(
    "DEVCONTAINER_INVALID",
    `There is no dev container configuration ${plain(name)} in ${plain(source.describe)}.`,
    {
      hint:
        others.length === 0
          ? "leave out --config (and DEVCONTAINER) to use cowork's template"
          : `there is ${others.map(plain).join(", ")}`,
    },
  );
}

async function standardConfigs(source: ConfigSource): Promise<string[]> {
  const found: string[] = [];
  for (const path of [".devcontainer/devcontainer.json", ".devcontainer.json"]) {
    if ((await source.stat(path)) === "file") found.push(path);
  }
  return found;
}

async function listConfigs(source: ConfigSource): Promise<string[]> {
  const found: string[] = [];
  for (const name of (await source.list(".devcontainer")).toSorted()) {
    const path = `.devcontainer/${name}/devcontainer.json`;
    if (await isConfig(source, path)) found.push(path);
  }
  return found;
}

/** A link is not passed over in silence: the user would get the template and not know why. */
async function isConfig(source: ConfigSource, path: string): Promise<boolean> {
  const kind = await source.stat(path);
  if (kind === "file") return true;
  if (kind !== "link") return false;
  throw new CoworkError("DEVCONTAINER_INVALID", `${plain(path)} is a link, and cowork follows none.`, {
    hint: "put the file itself there",
  });
}
