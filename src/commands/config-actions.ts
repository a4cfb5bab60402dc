import type { ResolvedSetting } from "../config/types.ts";
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
  const [{ getKey, parseValue }, { changeConf }] = await Promise.all([
    import("../config/keys.ts"),
    import("../config/write.ts"),
  ]);
  const key = getKey(name);
  if (key.managed === true) {
    throw usageError(`${key.name} is kept by cowork itself.`, "cowork init <name>, or cowork clean <name>");
  }
  parseValue(key, value);
  const ctx = await app.context();
  const project = user ? undefined : await app.findProject();
  const file = project?.confFile ?? ctx.paths.userConf;
  if (project !== undefined) await (await import("../project/exclude.ts")).excludeCowork(project);
  const change = { [key.name]: value.trim() === "" ? undefined : value.trim() };
  await changeConf(ctx, file, () => change, { follow: project === undefined });
  if (app.globals.json) return app.json({ key: key.name, value: value.trim(), file });
  app.terminal.err(`${key.name} is ${value.trim() === "" ? "no longer set" : "set"} in ${plain(file)}.`);
  return 0;
}

async function resolvedValues(app: App, user: boolean): Promise<ResolvedSetting[]> {
  if (!user) return (await app.resolve()).resolved;
  const { readUserConf } = await import("../config/read.ts");
  const file = (await app.context()).paths.userConf;
  const values = (await readUserConf(file)) ?? {};
  return Object.entries(values).map(([key, value]) => ({ key, value, origin: "user" as const, file }));
}
