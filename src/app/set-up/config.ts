import type { ConfigKey } from "../../config/key-types.ts";
import type { ResolvedSetting } from "../../config/types.ts";
import { usageError } from "../../errors.ts";
import { ownCommand, steps } from "../../hint.ts";
import { plain } from "../../system/text.ts";
import type { Scope } from "../scope.ts";

/** Every key with its value in effect and its origin; with `user`, the keys of the user's file. */
export async function listConfig(scope: Scope, { user }: { user: boolean }): Promise<ResolvedSetting[]> {
  if (!user) return (await scope.resolve()).resolved;
  const [{ readUserConf }, { shownValue }] = await Promise.all([
    import("../../config/read.ts"),
    import("../../config/secrets.ts"),
  ]);
  const file = scope.ctx.paths.userConf;
  const values = (await readUserConf(file)) ?? {};
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: shownValue(key, value),
    origin: "user" as const,
    file,
  }));
}

/** @throws CONFIG_KEY_UNKNOWN */
export async function getConfig(scope: Scope, name: string, options: { user: boolean }): Promise<ResolvedSetting> {
  const { getKey } = await import("../../config/keys.ts");
  const key = getKey(name).name;
  const found = (await listConfig(scope, options)).find((setting) => setting.key === key);
  return found ?? { key, value: "", origin: "default" };
}

/** The result of a change; the value is empty if the key was removed. A secret is not in it. */
export interface ConfigChange {
  key: string;
  value: string;
  file: string;
}

/** A value as the user gave it: on the command line, or where it does not show. */
export interface GivenValue {
  name: string;
  /** absent: `secretValue` reads it */
  value: string | undefined;
  user: boolean;
}

/**
 * Sets a key in the project's file inside a project, else (or with `user`, or for a key of the user alone) in the user's; an empty value
 * removes the key.
 * @param secretValue reads the value of a secret, which others could see on a command line
 * @throws CONFIG_KEY_UNKNOWN, CONFIG_VALUE_INVALID, USAGE for a key that cowork manages, and for a secret on the command line
 */
export async function setConfig(
  scope: Scope,
  { name, value, user }: GivenValue,
  secretValue: (key: string) => Promise<string>,
): Promise<ConfigChange> {
  const [{ getKey, parseValue }, { shownValue }] = await Promise.all([
    import("../../config/keys.ts"),
    import("../../config/secrets.ts"),
  ]);
  const key = getKey(name);
  refuseManaged(key);
  if (key.secret && value !== undefined && value !== "")
    throw usageError(
      `${key.name} is a secret: on the command line everyone on this machine could read it.`,
      `cowork config set ${key.name}`,
    );
  if (!key.secret && value === undefined)
    throw usageError(
      `Wrong arguments for cowork config set: the value of ${key.name} is missing.`,
      `cowork config set ${key.name} ${key.example}`,
    );
  const given = (value ?? (await secretValue(key.name))).trim();
  // An empty input was probably meant to have the secret: only unset removes it.
  if (value === undefined && given === "")
    throw usageError(
      `No value was given for ${key.name}, so nothing was changed.`,
      steps`to remove it: ${ownCommand("config", "unset", key.name)}`,
    );
  parseValue(key, given);
  const change = { [key.name]: given === "" ? undefined : given };
  const file = await changeConfOf(
    scope,
    { user: user || key.userOnly === true, secret: key.secret === true },
    () => change,
  );
  return { key: key.name, value: shownValue(key.name, given), file };
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
  const file = await changeConfOf(scope, { user: user || known?.userOnly === true, secret: false }, (values, path) => {
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
async function changeConfOf(
  scope: Scope,
  { user, secret }: { user: boolean; secret: boolean },
  decide: Decide,
): Promise<string> {
  const { changeConf } = await import("../../config/write.ts");
  const { ctx } = scope;
  const project = user ? undefined : await scope.findProject();
  const file = project?.confFile ?? ctx.paths.userConf;
  if (project !== undefined) await (await import("../../project/exclude.ts")).excludeCowork(project);
  await changeConf(ctx, file, (values) => decide(values, file), {
    follow: project === undefined,
    private: secret,
  });
  return file;
}
