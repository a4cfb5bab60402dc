import type { ConfigKey } from "../config/keys.ts";
import type { ResolvedSetting } from "../config/types.ts";
import type { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import type { App } from "./app.ts";
import { usageError } from "./usage.ts";

/** Every key with the value in force and where it comes from; with `user` what the user's own conf says. */
export async function listConfig(app: App, user: boolean): Promise<number> {
  const resolved = await resolvedValues(app, user);
  if (app.globals.json) return app.json({ settings: resolved });
  const { renderTable } = await import("../ui/table.ts");
  const rows = resolved.map(({ key, value, origin, file }) => [
    { text: key },
    { text: value === "" ? "-" : value, ...(origin === "default" ? { tone: "dim" as const } : {}) },
    { text: file === undefined ? origin : `${origin} (${file})`, tone: "dim" as const },
  ]);
  const columns = [{ title: "KEY" }, { title: "VALUE", min: 8 }, { title: "ORIGIN", min: 8 }];
  app.terminal.out(renderTable(columns, rows, app.terminal));
  return 0;
}

export async function getConfig(app: App, name: string, user: boolean): Promise<number> {
  const { getKey } = await import("../config/keys.ts");
  const key = getKey(name);
  const found = (await resolvedValues(app, user)).find((setting) => setting.key === key.name);
  if (app.globals.json) return app.json(found ?? { key: key.name, value: "", origin: "default" });
  app.terminal.out(plain(found?.value ?? ""));
  return 0;
}

export async function setConfig(app: App, name: string, value: string, user: boolean): Promise<number> {
  const { getKey, parseValue } = await import("../config/keys.ts");
  const key = getKey(name);
  refuseManaged(key);
  parseValue(key, value);
  const wanted = value.trim() === "" ? undefined : value.trim();
  const file = await changeConfOf(app, user, () => ({ [key.name]: wanted }));
  if (app.globals.json) return app.json({ key: key.name, value: wanted ?? "", file });
  app.terminal.err(`${key.name} is ${wanted === undefined ? "no longer set" : "set"} in ${plain(file)}.`);
  return 0;
}

/** Takes a key away, also one that cowork does not know: a slip in the conf. */
export async function unsetConfig(app: App, name: string, user: boolean): Promise<number> {
  const { configKeys, getKey } = await import("../config/keys.ts");
  const known = configKeys.find((key) => key.name === name);
  if (known !== undefined) refuseManaged(known);
  const file = await changeConfOf(app, user, (values, path) => {
    if (values[name] === undefined) throw notSet(getKey(name).name, path);
    return { [name]: undefined };
  });
  if (app.globals.json) return app.json({ key: name, value: "", file });
  app.terminal.err(`${plain(name)} is no longer set in ${plain(file)}.`);
  return 0;
}

function notSet(name: string, file: string): CoworkError {
  return usageError(`${name} is not set in ${plain(file)}.`, "cowork config list shows where each value comes from");
}

function refuseManaged({ name, managed }: Pick<ConfigKey, "name" | "managed">): void {
  if (managed === true)
    throw usageError(`${name} is kept by cowork itself.`, "cowork init <name>, or cowork clean <name>");
}

type Decide = (values: Readonly<Record<string, string>>, file: string) => Record<string, string | undefined>;

/** Changes the project's conf inside a project, else or with `user` the user's. @returns its path */
async function changeConfOf(app: App, user: boolean, decide: Decide): Promise<string> {
  const [{ changeConf }, ctx] = await Promise.all([import("../config/write.ts"), app.context()]);
  const project = user ? undefined : await app.findProject();
  const file = project?.confFile ?? ctx.paths.userConf;
  if (project !== undefined) await (await import("../project/exclude.ts")).excludeCowork(project);
  await changeConf(ctx, file, (values) => decide(values, file), { follow: project === undefined });
  return file;
}

async function resolvedValues(app: App, user: boolean): Promise<ResolvedSetting[]> {
  if (!user) return (await app.resolve()).resolved;
  const { readUserConf } = await import("../config/read.ts");
  const file = (await app.context()).paths.userConf;
  const values = (await readUserConf(file)) ?? {};
  return Object.entries(values).map(([key, value]) => ({ key, value, origin: "user" as const, file }));
}
