import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { generate } from "selfsigned";
import { ensureImage } from "../../../src/devcontainer/image/image.ts";
import type { JsonObject, SharedImage } from "../../../src/devcontainer/types.ts";
import type { Context } from "../../../src/system/context.ts";
import { homeId } from "../../../src/system/home-id.ts";
import { testBaseImage } from "./engine.ts";
import { imageContext, type ImageContext } from "./image-context.ts";
import { dockerfileRequest } from "./image-request.ts";

/** A host with a certificate authority of its own, and images that are built there. */
export interface Authorities {
  fixture: ImageContext;
  ctx: Context;
  /** file with the certificate */
  pem: string;
  /** shell command that counts the certificate in a file */
  count(file: string): string;
  /** builds the image of a Dockerfile that starts from the tests' base image */
  build(lines: readonly string[], config?: JsonObject, files?: Record<string, string>): Promise<SharedImage>;
  /** what a shell line prints in a container of an image */
  inside(image: SharedImage, script: string): Promise<string>;
  end(): Promise<void>;
}

/** The bundle of all certificates on Debian. */
export const bundle = "/etc/ssl/certs/ca-certificates.crt";

/** One home for all tests: the image of the certificates is built once, and each test has a configuration of its own. */
export async function authorities(): Promise<Authorities> {
  const before = new Set(await authorityImages());
  const fixture = await imageContext();
  const { ctx } = fixture;
  const { cert } = await generate([{ name: "commonName", value: "cowork-test" }]);
  const pem = join(fixture.folder, "company.pem");
  await writeFile(pem, cert);
  // A line that only this certificate contains.
  const mark = cert.trim().split(/\r?\n/).at(-3) ?? "";
  return {
    fixture,
    ctx,
    pem,
    count: (file) => `grep -cF -e '${mark}' ${file}`,
    build: async (lines, config = {}, files = {}) =>
      await ensureImage(
        ctx,
        dockerfileRequest([`FROM ${testBaseImage}`, ...lines], { config }, { caCerts: pem, files }),
      ),
    async inside(image, script) {
      const labels = { "cowork.home": homeId(ctx.paths) };
      const { stdout, stderr } = await ctx.engine.runHelper({
        image: image.ref,
        command: ["sh", "-c", script],
        labels,
      });
      return `${stdout}${stderr}`.trim();
    },
    async end() {
      await fixture.end();
      // Remove only the image for the test's certificate: other tests use the one for the host's own certificates.
      const made = (await authorityImages()).filter((tag) => !before.has(tag));
      for (const tag of made) await execa("docker", ["rmi", tag], { reject: false });
    },
  };
}

async function authorityImages(): Promise<string[]> {
  const format = ["--format", "{{.Repository}}:{{.Tag}}", "--filter", "reference=cowork-authorities"];
  return (await execa("docker", ["images", ...format])).stdout.split("\n").filter((line) => line !== "");
}
