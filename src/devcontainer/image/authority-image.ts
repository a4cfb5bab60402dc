import { createHash } from "node:crypto";
import { readAsset } from "../../assets.ts";
import { trustFolder } from "../../contract/devcontainer/trust-folder.ts";
import type { Context } from "../../system/context.ts";
import { withLock } from "../../system/locks.ts";
import { splitPem } from "./authorities.ts";

const extra = `${trustFolder}/authorities.pem`;
const bundle = `${trustFolder}/ca-bundle.crt`;

/**
 * For programs that do not read the system's bundle. The first two variables add to the program's own authorities. The others
 * replace them, so they name the image's whole bundle.
 */
export const authorityEnv: Readonly<Record<string, string>> = {
  NODE_EXTRA_CA_CERTS: extra,
  DENO_CERT: extra,
  SSL_CERT_FILE: bundle,
  REQUESTS_CA_BUNDLE: bundle,
  PIP_CERT: bundle,
  AWS_CA_BUNDLE: bundle,
};

/**
 * Builds a tiny image with the authorities and the script that installs them, for `COPY --from`, so that no build context has to be
 * changed. It is named by its content and shared by all homes of an engine.
 * @returns its tag
 */
export async function ensureAuthorityImage(ctx: Context, pem: string): Promise<string> {
  const script = new TextDecoder().decode(await readAsset("templates/image/trust.sh"));
  const key = createHash("sha256").update(script).update(pem).digest("hex").slice(0, 12);
  const tag = `cowork-authorities:${key}`;
  if ((await ctx.engine.findImage(tag)) !== undefined) return tag;
  return withLock(ctx, `image-authorities-${key}`, { waitMs: 120_000 }, async (signal) => {
    if ((await ctx.engine.findImage(tag)) !== undefined) return tag;
    const files: Record<string, string> = {
      Dockerfile: "FROM scratch\nCOPY cowork /cowork\n",
      "cowork/trust.sh": script,
      "cowork/authorities.pem": pem,
    };
    splitPem(pem).forEach((block, index) => (files[`cowork/certs/cowork-${index + 1}.crt`] = `${block}\n`));
    await ctx.engine.buildImage({ files, tag, labels: { "cowork.shared": "authorities", "cowork.key": key }, signal });
    return tag;
  });
}
