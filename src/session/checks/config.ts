import { adviceFrom } from "./advice.ts";
import { hostAuthorities } from "../../devcontainer/image/authorities.ts";
import { toCoworkError } from "../../errors.ts";
import { readUserConf } from "../../config/read.ts";
import { resolveSettings } from "../../config/resolve.ts";
import type { Context } from "../../system/context.ts";
import type { Check } from "../session-host.ts";

/** Checks the user's configuration and the TLS authorities that containers get. */
export async function checkConfig(ctx: Context): Promise<Check[]> {
  const title = "Configuration";
  try {
    const user = await readUserConf(ctx.paths.userConf);
    const { settings } = resolveSettings({ flags: {}, env: ctx.env, ...(user === undefined ? {} : { user }), cpus: 1 });
    const detail = user === undefined ? "no user configuration: defaults apply" : ctx.paths.userConf;
    return [{ title, status: "ok", detail }, await checkAuthorities(ctx, settings.caCerts)];
  } catch (error) {
    const known = toCoworkError(error);
    return [{ title, status: "problem", detail: known.message, ...adviceFrom(known) }];
  }
}

async function checkAuthorities(ctx: Context, setting: string): Promise<Check> {
  const title = "TLS authorities";
  const pem = await hostAuthorities(ctx, setting);
  const count = pem?.split("-----BEGIN CERTIFICATE-----").length ?? 1;
  const detail =
    pem === undefined
      ? "none besides the distribution's"
      : `${count - 1} of this host are added to containers (CA_CERTS=${setting})`;
  return { title, status: "ok", detail };
}
