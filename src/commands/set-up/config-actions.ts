import { text } from "node:stream/consumers";
import * as config from "../../app/set-up/config.ts";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { App } from "../process/app.ts";

/** Longer than any key or URL, in characters. */
const maxSecret = 10_000;

export async function listConfig(app: App, user: boolean): Promise<number> {
  const settings = await config.listConfig(await app.scope(), { user });
  if (app.globals.json) return app.json({ settings });
  const { renderTable } = await import("../../ui/terminal/table.ts");
  const rows = settings.map(({ key, value, origin, file }) => [
    { text: key },
    { text: value === "" ? "-" : value, ...(origin === "default" ? { tone: "dim" as const } : {}) },
    { text: file === undefined ? origin : `${origin} (${file})`, tone: "dim" as const },
  ]);
  const columns = [{ title: "KEY" }, { title: "VALUE", min: 8 }, { title: "ORIGIN", min: 8 }];
  app.terminal.out(renderTable(columns, rows, app.terminal));
  return 0;
}

export async function getConfig(app: App, name: string, user: boolean): Promise<number> {
  const setting = await config.getConfig(await app.scope(), name, { user });
  if (app.globals.json) return app.json(setting);
  app.terminal.out(plain(setting.value));
  return 0;
}

export async function setConfig(app: App, name: string, value: string | undefined, user: boolean): Promise<number> {
  const written = await config.setConfig(
    await app.scope(),
    { name, value, user },
    async (key) => await askSecret(app, key),
  );
  if (app.globals.json) return app.json(written);
  const { key, value: given, file } = written;
  app.terminal.err(`${key} is ${given === "" ? "no longer set" : "set"} in ${plain(file)}.`);
  return 0;
}

/** Removes a key, even an unknown one: it may be a typo in the file. */
export async function unsetConfig(app: App, name: string, user: boolean): Promise<number> {
  const removed = await config.unsetConfig(await app.scope(), { name, user });
  if (app.globals.json) return app.json(removed);
  app.terminal.err(`${plain(name)} is no longer set in ${plain(removed.file)}.`);
  return 0;
}

/** Hidden while it is typed; without a terminal it is read from stdin. */
async function askSecret(app: App, key: string): Promise<string> {
  const { streams } = app.caller;
  if (!app.terminal.canAsk) return (await text(streams.stdin)).slice(0, maxSecret);
  const { ctx } = await app.scope();
  const given = await ctx.askSecret({ text: key, echo: false });
  if (given === undefined) throw new CoworkError("INTERRUPTED", "Nothing was entered.");
  return given;
}
