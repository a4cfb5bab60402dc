import type { ResolvedSetting } from "../config/types.ts";
import { usageError } from "../errors.ts";
import type { Scope } from "./scope.ts";

/** Every key with the value in force and where it comes from; with `user` what the user's own conf says. */
export async function listConfig(scope: Scope, { user }: { user: boolean }): Promise<ResolvedSetting[]> {
  if (!user) return (await scope.resolve()).resolved;
  const { readUserConf } = await import("../config/read.ts");
  const file = scope.ctx.paths.userConf;
  const values = (await readUserConf(file)) ?? {};
  return Object.entries(values).map(([key, value]) => ({ key, value, origin: "user" as const, file }));
}

/** @throws CONFIG_KEY_UNKNOWN */
export async function getConfig(scope: Scope, name: string, options: { user: boolean }): Promise<ResolvedSetting> {
  const { getKey } = await import("../config/keys.ts");
  const key = getKey(name).name;
  const found = (await listConfig(scope, options)).find((setting) => setting.key === key);
  return found ?? { key, value: "", origin: "default" };
}

/**
 * Writes the project's conf inside a project, else (or with `user`) the user's; an empty value takes the key away.
 * @throws CONFIG_KEY_UNKNOWN, CONFIG_VALUE_INVALID, USAGE for a key that cowork keeps itself
 */
export async function setConfig(
  scope: Scope,
  { name, value, user }: { name: string; value: string; user: boolean },
): Promise<{ key: string; value: string; file: string }> {
  const [{ getKey, parseValue }, { changeConf }] = await Promise.all([
    import("../config/keys.ts"),
    import("../config/write.ts"),
  ]);
  const key = getKey(name);
  if (key.managed === true) {
    throw usageError(`${key.name} is kept by cowork itself.`, "cowork init <name>, or cowork clean <name>");
  }
  parseValue(key, value);
  const { ctx } = scope;
  const project = user ? undefined : await scope.findProject();
  const file = project?.confFile ?? ctx.paths.userConf;
  if (project !== undefined) await (await import("../project/exclude.ts")).excludeCowork(project);
  const given = value.trim();
  const change = { [key.name]: given === "" ? undefined : given };
  await changeConf(ctx, file, () => change, { follow: project === undefined });
  return { key: key.name, value: given, file };
}
