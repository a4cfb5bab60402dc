import type { ConfigKey } from "../../config/keys.ts";
import type { ResolvedSetting } from "../../config/types.ts";
import { usageError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { Scope } from "../scope.ts";

/** Every key with the value in force and where it comes from; with `user` what the user's own conf says. */
export async function listConfig(scope: Scope, { user }: { user: boolean }): Promise<ResolvedSetting[]> {
  if (!user) return (await scope.resolve()).resolved;
  const { readUserConf } = await import("../../config/read.ts");
  const file = scope.ctx.paths.userConf;
  const values = (await readUserConf(file)) ?? {};
  return Object.entries(values).map(([key, value]) => ({ key, value, origin: "user" as const, file }));
}

/** @throws CONFIG_KEY_UNKNOWN */
export async function getConfig(scope: Scope, name: string, options: { user: boolean }): Promise<ResolvedSetting> {
  const { getKey } = await import("../../config/keys.ts");
  const key = getKey(name).name;
  const found = (await listConfig(scope, options)).find((setting) => setting.key === key);
  return found ?? { key, value: "", origin: "default" };
}

/** What a change did; the value is empty where the key is not set any more. */
export interface ConfigChange {
  key: string;
  value: string;
  file: string;
}

/**
 * Writes the project's conf inside a project, else (or with `user`) the user's; an empty value takes the key away.
 * @throws CONFIG_KEY_UNKNOWN, CONFIG_VALUE_INVALID, USAGE for a key that cowork keeps itself
 */
export async function setConfig(
  scope: Scope,
  { name, value, user }: { name: string; value: string; user: boolean },
): Promise<ConfigChange> {
  const { getKey, parseValue } = await import("../../config/keys.ts");
  const key = getKey(name);
  refuseManaged(key);
  parseValue(key, value);
  const given = value.trim();
  const file = await changeConfOf(scope, user, () => ({ [key.name]: given === "" ? undefined : given }));
  return { key: key.name, value: given, file };
}

/**
 * Takes a key away, also one that cowork does not know.
 * @throws USAGE where it is not set, or is kept by cowork itself; CONFIG_KEY_UNKNOWN where it is neither set nor known
 */
export async function unsetConfig(
  scope: Scope,
  { name, user }: { name: string; user: boolean },
): Promise<ConfigChange> {
  const { configKeys, getKey } = await import("../../config/keys.ts");
  const known = configKeys.find((key) => key.name === name);
  if (known !== undefined) refuseManaged(known);
  const file = await changeConfOf(scope, user, (values, path) => {
    if (values[name] !== undefined) return { [name]: undefined };
    throw usageError(
      `${getKey(name).name} is not set in ${plain(path)}.`,
      "cowork config list shows where each value comes from",
    );
  });
  return { key: name, value: "", file };
}

function refuseManaged({ name, managed }: Pick<ConfigKey, "name" | "managed">): void {
  if (managed === true)
    throw usageError(`${name} is kept by cowork itself.`, "cowork init <name>, or cowork clean <name>");
}

type Decide = (values: Readonly<Record<string, string>>, file: string) => Record<string, string | undefined>;

/** Changes the project's conf inside a project, else or with `user` the user's. @returns its path */
async function changeConfOf(scope: Scope, user: boolean, decide: Decide): Promise<string> {
  const { changeConf } = await import("../../config/write.ts");
  const { ctx } = scope;
  const project = user ? undefined : await scope.findProject();
  const file = project?.confFile ?? ctx.paths.userConf;
  if (project !== undefined) await (await import("../../project/exclude.ts")).excludeCowork(project);
  await changeConf(ctx, file, (values) => decide(values, file), { follow: project === undefined });
  return file;
}
