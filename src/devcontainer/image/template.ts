import { join } from "node:path";
import { readAsset } from "../../assets.ts";
import { CoworkError } from "../../errors.ts";
import { ensureFolder, pathExists, writeFileAtomic } from "../../system/files/files.ts";
import type { JsonObject } from "../types.ts";

/** The user that works inside a container of the template. */
export const templateUser = "dev";
/** The image that the template is built on where neither the user nor the machine says otherwise. */
export const templateBase = "debian:trixie";

/** What cowork uses in place of the devcontainer.json of a project that has none; its image is made by `ensureImage`. */
export const templateConfig: Readonly<JsonObject> = { name: "cowork", remoteUser: templateUser };

/** The template's Dockerfile on a base image. */
export async function renderDockerfile(base: string): Promise<string> {
  if (!/^[\w.:/@-]+$/.test(base))
    throw new CoworkError("CONFIG_VALUE_INVALID", `BASE_IMAGE ${JSON.stringify(base)} is not the name of an image.`);
  return render("templates/Dockerfile.hbs", { base, user: templateUser });
}

/**
 * Puts the template into a project, for `init --write-config`: from then on it is the project's own.
 * @returns the files, relative to the project's root
 * @throws DEVCONTAINER_INVALID when there is one already
 */
export async function writeTemplate(projectRoot: string, options: { name: string; base?: string }): Promise<string[]> {
  const taken = [".devcontainer", ".devcontainer.json"];
  for (const name of taken) {
    if (!(await pathExists(join(projectRoot, name)))) continue;
    const hint = "change it by hand, or move it away first";
    throw new CoworkError(
      "DEVCONTAINER_INVALID",
      `The project has a dev container configuration of its own: ${name}.`,
      { hint },
    );
  }
  await ensureFolder(join(projectRoot, ".devcontainer"), { mode: 0o755 });
  const files = {
    ".devcontainer/devcontainer.json": await render("templates/devcontainer.json.hbs", {
      name: options.name,
      user: templateUser,
    }),
    ".devcontainer/Dockerfile": await renderDockerfile(options.base ?? templateBase),
  };
  for (const [name, text] of Object.entries(files))
    await writeFileAtomic(join(projectRoot, name), text, { mode: 0o644 });
  return Object.keys(files);
}

async function render(asset: string, values: Readonly<Record<string, string>>): Promise<string> {
  const [{ default: handlebars }, source] = await Promise.all([import("handlebars"), readAsset(asset)]);
  const own = handlebars.create();
  own.registerHelper("json", (value: unknown) => JSON.stringify(value));
  // No HTML: nothing is escaped; a name that the template wants and nobody gave is an error.
  const template = own.compile(new TextDecoder().decode(source), { strict: true, noEscape: true });
  return template(values);
}
