import { serveFile, type ServeFile } from "../contract/http/files.ts";
import { parseJson } from "../contract/common.ts";
import type { Context } from "../system/context.ts";
import { readTextFile } from "../system/files/files.ts";

/** What the server that runs has written about itself. */
export async function readServeFile({ paths }: Pick<Context, "paths">): Promise<ServeFile | undefined> {
  const text = await readTextFile(paths.serveFile, { maxBytes: 64 * 1024 }).catch(() => undefined);
  const found = serveFile.safeParse(parseJson(text ?? ""));
  return found.success ? found.data : undefined;
}
