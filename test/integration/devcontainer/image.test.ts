import { readdir } from "node:fs/promises";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureImage } from "../../../src/devcontainer/image/image.ts";
import { removeUnusedImages } from "../../../src/devcontainer/image/shared-images.ts";
import type { DevcontainerPlan, SharedImage } from "../../../src/devcontainer/types.ts";
import type { Context } from "../../../src/system/context.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { imageContext, type ImageContext } from "../../support/engine/image-context.ts";
import { dockerfileRequest, imageRequest } from "../../support/engine/image-request.ts";
import { homeId } from "../../../src/system/home-id.ts";

let fixture: ImageContext;
let ctx: Context;
beforeEach(async () => {
  fixture = await imageContext();
  ctx = fixture.ctx;
});
afterEach(() => fixture.end());

async function inside(image: SharedImage, script: string, user = "0"): Promise<string> {
  const labels = { "cowork.home": homeId(ctx.paths) };
  const { code, stdout, stderr } = await ctx.engine.runHelper({
    image: image.ref,
    command: ["sh", "-c", script],
    user,
    labels,
  });
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

async function imagesOf(hash: string, ...filters: string[]): Promise<string[]> {
  const all = [`label=cowork.home=${hash}`, ...filters].flatMap((filter) => ["--filter", filter]);
  const { stdout } = await execa("docker", ["images", "--format", "{{.Repository}}:{{.Tag}}", ...all]);
  return stdout.split("\n").filter((line) => line !== "");
}

const feature = {
  ".devcontainer/f/devcontainer-feature.json": JSON.stringify({
    id: "f",
    version: "1.0.0",
    name: "f",
    options: { x: { type: "string", default: "0" } },
    containerEnv: { OF_FEATURE: "yes" },
  }),
  ".devcontainer/f/install.sh": '#!/bin/sh\nset -e\nsleep 1\necho "$X $_REMOTE_USER" >/feature\n',
};
const withOption = (x: string): Partial<DevcontainerPlan> => ({
  config: { image: testBaseImage, features: { "./f": { x } } },
});

describe("the shared image of a configuration", () => {
  test("is built once for several requests at the same time, and not again when it exists", async () => {
    const request = dockerfileRequest([`FROM ${testBaseImage}`]);
    const images = await Promise.all([1, 2, 3].map(() => ensureImage(ctx, request)));
    expect(new Set(images.map(({ ref }) => ref)).size).toBe(1);
    expect(await imagesOf(homeId(ctx.paths))).toEqual([images[0]?.ref]);
    expect(fixture.log.filter((line) => line.startsWith("run: "))).toHaveLength(1);
    fixture.events.length = 0;
    expect(await ensureImage(ctx, request)).toEqual(images[0]);
    expect(fixture.events).toEqual([]);
    expect(fixture.log.filter((line) => line.startsWith("run: "))).toHaveLength(1);
  });

  test("needs no build of the dev container CLI where an image is used as it is", async () => {
    const { ref } = await ensureImage(ctx, imageRequest({ config: { image: testBaseImage } }));
    expect(await imagesOf(homeId(ctx.paths))).toEqual([ref]);
    expect(fixture.log.filter((line) => line.startsWith("run: "))).toEqual([]);
  });

  test("has its own features when other builds run at the same time, also in other homes", async () => {
    const other = await imageContext();
    try {
      const options = ["one", "two", "three", "four"];
      const images = await Promise.all(
        options.map((x, index) =>
          ensureImage(
            index < 2 ? ctx : other.ctx,
            imageRequest(withOption(x), { files: feature, name: `app${index}` }),
          ),
        ),
      );
      expect(await Promise.all(images.map((image) => inside(image, "cat /feature")))).toEqual(
        options.map((x) => `${x} root`),
      );
      expect(images[0]?.env["OF_FEATURE"]).toBe("yes");
      expect(images[0]?.metadata.map((entry) => entry["id"])).toEqual(["./f", undefined]);
    } finally {
      await other.end();
    }
  });

  test("leaves no other images or files behind", async () => {
    const image = await ensureImage(ctx, imageRequest(withOption("1"), { files: feature }));
    expect(await imagesOf(homeId(ctx.paths))).toEqual([image.ref]);
    const { stdout } = await execa("docker", ["images", "--format", "{{.Repository}}:{{.Tag}}"]);
    expect(stdout).not.toContain(`cowork-features:${image.key}`);
    expect(stdout).not.toContain(`cowork-build:${image.key}`);
    expect(await readdir(ctx.paths.images)).toEqual([]);
    expect(await readdir(`${ctx.paths.stateRoot}/.tmp`)).toEqual([]);
    expect((await removeUnusedImages(ctx, new Set(), { dryRun: false, project: "app" })).map(({ ref }) => ref)).toEqual(
      [image.ref],
    );
    expect(await imagesOf(homeId(ctx.paths))).toEqual([]);
  });

  test("is found again after its base image was removed", async () => {
    const base = `cowork-test-image:${homeId(ctx.paths)}`;
    await execa("docker", ["tag", testBaseImage, base]);
    const request = imageRequest({ config: { image: base } });
    try {
      const image = await ensureImage(ctx, request);
      await execa("docker", ["rmi", base]);
      expect(await ensureImage(ctx, request)).toEqual(image);
    } finally {
      await execa("docker", ["rmi", base], { reject: false });
    }
  });

  test("is built again when a file of the build context changes", async () => {
    const lines = [`FROM ${testBaseImage}`, "COPY a /a"];
    const one = await ensureImage(ctx, dockerfileRequest(lines, {}, { files: { a: "1" } }));
    const two = await ensureImage(ctx, dockerfileRequest(lines, {}, { files: { a: "2" } }));
    expect([await inside(one, "cat /a"), await inside(two, "cat /a")]).toEqual(["1", "2"]);
  });

  test("is built with the configured build arguments and target stage", async () => {
    const lines = [
      `ARG BASE=nowhere`,
      "FROM $BASE AS dev",
      "ARG WHAT=none",
      'RUN echo "$WHAT" >/what',
      "FROM dev AS prod",
      "RUN exit 1",
    ];
    const config = { build: { args: { BASE: testBaseImage, WHAT: "a b" } } };
    const image = await ensureImage(
      ctx,
      dockerfileRequest(lines, { config, build: { context: "", dockerfile: "Dockerfile", target: "dev" } }),
    );
    expect(await inside(image, "cat /what")).toBe("a b");
  });

  test("that cannot be built is reported with the reason, leaves nothing behind, and is built after a fix", async () => {
    const failing = ensureImage(ctx, dockerfileRequest([`FROM ${testBaseImage}`, "RUN echo the reason >&2 && exit 3"]));
    await expect(failing).rejects.toMatchObject({
      code: "IMAGE_BUILD_FAILED",
      message: expect.stringContaining("ended with exit code 3: the reason"),
    });
    expect(await readdir(ctx.paths.images)).toEqual([]);
    await expect(ensureImage(ctx, dockerfileRequest([`FROM ${testBaseImage}`]))).resolves.toBeDefined();
  });

  test("that cannot be pulled is reported with the unreachable registry", async () => {
    await expect(
      ensureImage(ctx, imageRequest({ config: { image: "registry.invalid/image:1" } })),
    ).rejects.toMatchObject({
      code: "IMAGE_BUILD_FAILED",
      message: expect.stringContaining("registry cannot be reached"),
    });
  });

  test("can be interrupted while it is built, and is built the next time", async () => {
    const abort = new AbortController();
    const interrupted = await imageContext({ signal: abort.signal });
    try {
      const request = dockerfileRequest([`FROM ${testBaseImage}`, "RUN sleep 3", "RUN echo done >/done"]);
      const building = ensureImage(
        { ...interrupted.ctx, report: (event) => event.detail?.includes("RUN sleep") === true && abort.abort() },
        request,
      );
      await expect(building).rejects.toMatchObject({ code: "INTERRUPTED" });
      const again = await ensureImage({ ...interrupted.ctx, signal: new AbortController().signal }, request);
      expect(await inside(again, "cat /done")).toBe("done");
    } finally {
      await interrupted.end();
    }
  });
});

describe("the last layer of an image", () => {
  test("sets the PATH, the workspace link and git's include.path", async () => {
    const workspaceMount = "type=bind,source=${localWorkspaceFolder},target=/w";
    const image = await ensureImage(ctx, imageRequest({ config: { image: testBaseImage, workspaceMount } }));
    expect(await inside(image, "readlink /workspaces/App")).toBe("/opt/cowork/session/workspace");
    expect(await inside(image, "echo $PATH; bash -lc 'echo $PATH'")).toMatch(
      /^\/opt\/cowork\/bin:.*\n\/opt\/cowork\/bin:/,
    );
    expect(await inside(image, "git config --system --get-all include.path")).toBe("/opt/cowork/session/gitconfig");
    expect(await inside(image, "ls -A /tmp")).toBe("");
  });

  test("configures git's include when git is not installed yet", async () => {
    const noGit = await ensureImage(ctx, dockerfileRequest([`FROM ${testBaseImage}`, "RUN rm $(command -v git)"]));
    expect(await inside(noGit, "cat /etc/gitconfig")).toContain("path = /opt/cowork/session/gitconfig");
  });

  test("is separate from the images built for Compose's other services", async () => {
    const compose = {
      files: [],
      program: "docker-compose" as const,
      service: "app",
      canonical: {},
      image: testBaseImage,
      builds: [{ service: "db", context: "db", dockerfile: "db/Dockerfile", args: { WHAT: "x" } }],
    };
    const files = {
      "db/Dockerfile": `FROM ${testBaseImage}\nARG WHAT\nCOPY data /data\nRUN echo $WHAT >>/data\n`,
      "db/data": "1\n",
    };
    const image = await ensureImage(ctx, imageRequest({ kind: "compose", compose }, { files }));
    expect(Object.keys(image.services ?? {})).toEqual(["db"]);
    expect(await inside({ ...image, ref: image.services?.["db"] ?? "" }, "cat /data")).toBe("1\nx");
    expect(await ensureImage(ctx, imageRequest({ kind: "compose", compose }, { files }))).toEqual(image);
    expect(await imagesOf(homeId(ctx.paths), "dangling=true")).toEqual([]);
  });
});
