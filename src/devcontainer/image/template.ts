import { join } from "node:path";
import { readAsset } from "../../assets.ts";
import { CoworkError } from "../../errors.ts";
import { ensureFolder, pathExists, writeFileAtomic } from "../../system/files/files.ts";
import type { JsonObject } from "../types.ts";

/** The user in a container of the template. */
export const templateUser = "dev";
/** The base image of the template, unless the user or the machine sets another one. */
export const templateBase = "debian:trixie";

/** Used instead of a devcontainer.json if the project has none. Its image is made by `ensureImage`. */
export const templateConfig: Readonly<JsonObject> = { name: "cowork", remoteUser: templateUser };

/** Renders the template's Dockerfile for a base image. */
export async function renderDockerfile(base: string): Promise<string> {
  if (!/^[\w.:/@-]+$/.test(base))
    throw new CoworkError("CONFIG_VALUE_INVALID", `BASE_IMAGE ${JSON.stringify(base)} is not the name of an image.`);
  return render("templates/Dockerfile.hbs", { base, user: templateUser });
}

/**
 * Writes the template to a project, for `init --write-config`. From then on it belongs to the project.
 * @returns the files, relative to the project's root
 * @throws DEVCONTAINER_INVALID if the project already has a configuration
 */
export async function writeTemplate(projectRoot: string, options: { name: string; base?: string }): Promise<string[]> {
  const taken = [".devcontainer", ".devcontainer.json"];
  for (const name of taken) {
    if (!(await pathExists(join(projectRoot, name)))) continue;
    const hint = "edit it, or move it away first";
    throw new CoworkError("DEVCONTAINER_INVALID", `The project already has a dev container configuration: ${name}.`, {
      hint,
    });
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
  // The output is not HTML, so nothing is escaped. A missing value is an error.
  const template = own.compile(new TextDecoder().decode(source), { strict: true, noEscape: true });
  return template(values);
}
