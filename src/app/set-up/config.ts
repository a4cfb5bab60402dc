import type { ConfigKey } from "../../config/key-types.ts";
import type { ResolvedSetting } from "../../config/types.ts";
import { usageError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import type { Scope } from "../scope.ts";

/** Every key with its value in effect and its origin; with `user`, the keys of the user's file. */
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

/** The result of a change; the value is empty if the key was removed. */
export interface ConfigChange {
  key: string;
  value: string;
  file: string;
}

/**
 * Sets a key in the project's file inside a project, else (or with `user`) in the user's; an empty value removes the key.
 * @throws CONFIG_KEY_UNKNOWN, CONFIG_VALUE_INVALID, USAGE for a key that cowork manages
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
 * Removes a key, even an unknown one.
 * @throws USAGE if it is not set or is managed by cowork; CONFIG_KEY_UNKNOWN if it is neither set nor known
 */
export async function unsetConfig(
  scope: Scope,
  { name, user }: { name: string; user: boolean },
): Promise<ConfigChange> {
  const [{ configKeys }, { getKey }] = await Promise.all([
    import("../../config/key-list.ts"),
    import("../../config/keys.ts"),
  ]);
  const known = configKeys.find((key) => key.name === name);
  if (known !== undefined) refuseManaged(known);
  const file = await changeConfOf(scope, user, (values, path) => {
    if (values[name] !== undefined) return { [name]: undefined };
    throw usageError(`${getKey(name).name} is not set in ${plain(path)}.`, "cowork config list");
  });
  return { key: name, value: "", file };
}

function refuseManaged({ name, managed }: Pick<ConfigKey, "name" | "managed">): void {
  if (managed === true)
    throw usageError(
      `${name} is managed by cowork.`,
      steps`${ownCommand("init", "<name>")}, or ${ownCommand("clean", "<name>")}`,
    );
}

type Decide = (values: Readonly<Record<string, string>>, file: string) => Record<string, string | undefined>;

/** Changes the project's file inside a project, else (or with `user`) the user's. @returns the file's path */
async function changeConfOf(scope: Scope, user: boolean, decide: Decide): Promise<string> {
  const { changeConf } = await import("../../config/write.ts");
  const { ctx } = scope;
  const project = user ? undefined : await scope.findProject();
  const file = project?.confFile ?? ctx.paths.userConf;
  if (project !== undefined) await (await import("../../project/exclude.ts")).excludeCowork(project);
  await changeConf(ctx, file, (values) => decide(values, file), { follow: project === undefined });
  return file;
}
