import { jsonObject, parseJson, type JsonObject } from "../../contract/common.ts";
import type { Context } from "../../system/context.ts";
import { readTextFile, writeFileAtomic } from "../../system/files/files.ts";

// `config.json` and `settings.json` of the program: JSON below lines of comment, which it writes itself.

const maxBytes = 4 * 1024 * 1024;

/** Undefined: there is no such file. A file that cannot be read counts as empty. */
export async function readConfig(path: string, root: string): Promise<JsonObject | undefined> {
  const text = await readTextFile(path, { maxBytes, root });
  return text === undefined ? undefined : parseConfig(text);
}

/** Pure. */
export function parseConfig(text: string): JsonObject {
  const lines = text.split("\n").filter((line) => !line.trimStart().startsWith("//"));
  return jsonObject.safeParse(parseJson(lines.join("\n"))).data ?? {};
}

export async function writeConfig(ctx: Context, path: string, root: string, content: JsonObject): Promise<void> {
  const { sessionUid: uid, sessionGid: gid } = ctx.user;
  await writeFileAtomic(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, uid, gid, root });
}
