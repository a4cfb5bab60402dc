import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureImage } from "../../../src/devcontainer/image/image.ts";
import { ensureTemplateImage } from "../../../src/devcontainer/image/template-image.ts";
import type { HelperSpec } from "../../../src/engine/types.ts";
import type { Context } from "../../../src/system/context.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { imageContext, type ImageContext } from "../../support/engine/image-context.ts";
import { dockerfileRequest, imageRequest } from "../../support/engine/image-request.ts";
import { homeId } from "../../../src/system/home-id.ts";

// The template's image on the tests' base image is kept on the engine: building it is slow, and its key identifies it.
const settings = { baseImage: testBaseImage, caCerts: "auto" };
let fixture: ImageContext;
let ctx: Context;
beforeEach(async () => {
  fixture = await imageContext();
  ctx = fixture.ctx;
});
afterEach(() => fixture.end());

async function inside(image: string, script: string, more: Partial<HelperSpec> = {}): Promise<string> {
  const labels = { "cowork.home": homeId(ctx.paths) };
  const { stdout, stderr } = await ctx.engine.runHelper({ image, command: ["sh", "-c", script], labels, ...more });
  return `${stdout}${stderr}`.trim();
}

const removeLater: string[] = [];
afterEach(async () => {
  for (const tag of removeLater.splice(0)) await execa("docker", ["rmi", tag], { reject: false });
});

/** Builds a base image for one test. */
async function baseOf(...steps: string[]): Promise<string> {
  const tag = `cowork-test-template:${homeId(ctx.paths)}`;
  const files = { Dockerfile: [`FROM ${testBaseImage}`, ...steps, ""].join("\n") };
  await ctx.engine.buildImage({ files, tag, labels: { "cowork.home": homeId(ctx.paths) } });
  return tag;
}

describe("the template", () => {
  test("has the promised tools and locale, runs as dev, and is built once", async () => {
    const [one, two] = await Promise.all([ensureTemplateImage(ctx, settings), ensureTemplateImage(ctx, settings)]);
    expect(one).toEqual(two);
    const tools = "for tool in git ssh tmux rg curl jq less ps; do command -v $tool >/dev/null || echo no $tool; done";
    expect(await inside(one.ref, `id -un; ${tools}; locale charmap; git --version | cut -c1-11`)).toMatch(
      /^dev\nUTF-8\ngit version$/,
    );
  });

  test("lets its user become root without a password", async () => {
    const { ref } = await ensureTemplateImage(ctx, settings);
    const { stdout } = await execa("docker", ["run", "--rm", "--network=none", ref, "sudo", "-n", "id", "-u"]);
    expect(stdout).toBe("0");
  });

  test("gives its user the session's uid and gid in a project's image", async () => {
    const user = { ...ctx.user, sessionUid: 4242, sessionGid: 4243 };
    const image = await ensureImage(
      { ...ctx, user },
      imageRequest({ kind: "template", path: null }, { caCerts: "auto" }),
    );
    expect(image).toMatchObject({ remoteUser: "dev", remoteUid: 4242 });
    expect(await inside(image.ref, "id -u; id -g; stat -c '%u:%g' ~")).toMatch(/^4242\n4243\n4242:4243$/);
  });

  test("works on another base image in which its user name and uid are taken", async () => {
    const baseImage = await baseOf(
      "RUN useradd -m -u 1000 ubuntu && useradd -m -u 1001 -s /bin/sh dev && mkdir /home/dev/kept && chown dev /home/dev/kept",
      "USER ubuntu",
    );
    const request = imageRequest({ kind: "template", path: null }, { caCerts: "none" });
    const image = await ensureImage(
      { ...ctx, user: { ...ctx.user, sessionUid: 1000, sessionGid: 1000 } },
      { ...request, settings: { baseImage, caCerts: "none" } },
    );
    removeLater.push((await ensureTemplateImage(ctx, { baseImage, caCerts: "none" })).ref);
    expect(await inside(image.ref, "id -un; id -u; id -u ubuntu; stat -c %U ~/kept")).toBe("dev\n1000\n2000\ndev");
  });

  test("reports that it needs Debian or Ubuntu", async () => {
    const baseImage = await baseOf("RUN rm /usr/bin/apt-get");
    await expect(ensureTemplateImage(ctx, { baseImage, caCerts: "none" })).rejects.toMatchObject({
      code: "IMAGE_BUILD_FAILED",
      message: expect.stringMatching(/neither Debian nor Ubuntu/),
    });
  });
});

describe("TLS with the host's CA certificates", () => {
  const registry = async (): Promise<string> => (await execa("npm", ["config", "get", "registry"])).stdout.trim();

  test("works during the build of a project's image and in its containers", async () => {
    const config = { build: { args: { REGISTRY: await registry() } } };
    const steps = [
      "ARG REGISTRY",
      'RUN apt-get update && apt-get install -y --no-install-recommends curl && curl -fsSL -o /fetched "${REGISTRY}semver"',
    ];
    const image = await ensureImage(
      ctx,
      dockerfileRequest([`FROM ${testBaseImage}`, ...steps], { config }, { caCerts: "auto" }),
    );
    const fetch = `test -s /fetched && echo built; curl -fsSL -o /tmp/x ${await registry()}semver && test -s /tmp/x && echo run`;
    expect(await inside(image.ref, fetch, { network: true })).toBe("built\nrun");
  });

  test("works for npm, which ignores the system's CA bundle", async () => {
    const { ref } = await ensureImage(ctx, imageRequest({ kind: "template", path: null }, { caCerts: "auto" }));
    const npm = dirname(dirname(await realpath((await execa("sh", ["-c", "command -v npm"])).stdout)));
    const binds = [
      { source: process.execPath, target: "/node", readOnly: true },
      { source: npm, target: "/npm", readOnly: true },
    ];
    const script = `HOME=/tmp /node /npm/bin/npm-cli.js view semver@7.0.0 version --registry ${await registry()}`;
    expect(await inside(ref, script, { network: true, binds })).toMatch(/^7\.0\.0/);
  });
});
