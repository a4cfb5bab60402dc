import { readUserConf } from "../../config/read.ts";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { Context } from "../../system/context.ts";

/**
 * PUBLIC_URL of the user's own configuration: the address of a proxy with TLS that leads to the server. A project's file cannot set it.
 * @throws CONFIG_VALUE_INVALID
 */
export async function publicUrl({ paths }: Pick<Context, "paths">): Promise<URL | undefined> {
  const value = ((await readUserConf(paths.userConf)) ?? {})["PUBLIC_URL"]?.trim() ?? "";
  if (value === "") return undefined;
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === "https:" && url.pathname === "/" && url.search === "" && url.username === "") return url;
  throw new CoworkError("CONFIG_VALUE_INVALID", `PUBLIC_URL ${plain(value)} is not https://NAME without a path.`, {
    hint: "cowork config set PUBLIC_URL https://cowork.example.org",
  });
}
