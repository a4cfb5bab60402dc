import { readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadCli } from "../../../src/devcontainer/cli/cli.ts";
import { up as bringUp, type UpRequest } from "../../../src/devcontainer/cli/up.ts";
import type { JsonObject, UpResult } from "../../../src/devcontainer/types.ts";
import type { Context } from "../../../src/system/context.ts";
import { testBaseImage } from "../../support/engine/engine.ts";
import { imageContext, type ImageContext } from "../../support/engine/image-context.ts";
import { dockerfileRequest, imageRequest } from "../../support/engine/image-request.ts";
import { upSession } from "../../support/engine/up-session.ts";
import { homeId } from "../../../src/system/home-id.ts";

let fixture: ImageContext;
let ctx: Context;
beforeEach(async () => {
  fixture = await imageContext();
  ctx = fixture.ctx;
});
afterEach(() => fixture.end());

const session = (name: string, config: JsonObject = {}): Promise<UpRequest> =>
  upSession(ctx, name, imageRequest({ config: { image: testBaseImage, ...config } }));

async function up(context: Context, request: UpRequest): Promise<UpResult> {
  await using cli = loadCli(context);
  return await bringUp(context, request, cli);
}

async function inside(container: string, user: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await ctx.engine.exec(container, { command: ["sh", "-c", script], user });
  return code === 0 ? stdout.trim() : `${code}: ${stderr}`;
}

async function containers(): Promise<string[]> {
  const found = await ctx.engine.listContainers({ "cowork.home": homeId(ctx.paths) });
  return found.map(({ id }) => id);
}

describe("up", () => {
  test("starts the container with cowork's mounts, labels and environment, and leaves the clone unchanged", async () => {
    const request = await upSession(
      ctx,
      "a",
      dockerfileRequest([`FROM ${testBaseImage}`, "RUN useradd -m -u 1001 joe"], {
        config: {
          remoteUser: "joe",
          remoteEnv: { ADDED: "${containerEnv:PATH}:/x", WHERE: "${localWorkspaceFolderBasename}" },
          postCreateCommand: "pwd > /tmp/created",
        },
      }),
    );
    await symlink("/workspaces/App", join(ctx.paths.container("app-a"), "workspace"));
    const result = await up(ctx, request);
    expect(result).toMatchObject({ remoteUser: "joe", workspaceFolder: "/workspaces/App" });
    expect(result.remoteEnv).toMatchObject({
      WHERE: "App",
      ADDED: expect.stringMatching(/^\/opt\/cowork\/bin:.*:\/x$/),
    });
    const { containerId } = result;
    expect(
      await inside(containerId, "joe", "id -u; cat /tmp/created; cd /workspaces/App && git status --porcelain"),
    ).toBe(`${ctx.user.sessionUid}\n/workspaces/App`);
    expect(await inside(containerId, "joe", "touch /workspaces/App/x && echo written; command -v quiesce")).toBe(
      "written\n/opt/cowork/bin/quiesce",
    );
    expect(await inside(containerId, "joe", "touch /opt/cowork/bin/x 2>/dev/null || echo no")).toBe("no");
    const detail = await ctx.engine.findContainer(containerId);
    expect(detail?.labels).toMatchObject({ ...request.labels, "devcontainer.local_folder": request.clone });
    expect((await readdir(join(request.clone, ".devcontainer"))).toSorted()).toEqual(["devcontainer.json"]);
  });

  test("finds its container again, starts it if it is stopped, and then runs only postStartCommand", async () => {
    const request = await session("a", {
      onCreateCommand: "echo made >> /ran",
      postStartCommand: "echo started >> /ran",
    });
    const first = await up(ctx, request);
    expect((await up(ctx, request)).containerId).toBe(first.containerId);
    await ctx.engine.stopContainer(first.containerId, 10);
    expect((await up(ctx, request)).containerId).toBe(first.containerId);
    expect(await inside(first.containerId, "root", "cat /ran")).toBe("made\nstarted\nstarted");
    expect((await readdir(ctx.paths.logs(request.id))).toSorted()).toEqual(["up.log", "up.log.1", "up.log.2"]);
    expect(await readFile(`${ctx.paths.upLog(request.id)}.2`, "utf8")).toMatch(/^made$|Running the onCreateCommand/m);
  });

  test("starts several containers at the same time, one per session", async () => {
    const requests = await Promise.all(["a", "b", "c", "d"].map((name) => session(name)));
    const results = await Promise.all(requests.map((request) => up(ctx, request)));
    expect(new Set(results.map(({ containerId }) => containerId)).size).toBe(4);
    expect(results.map(({ workspaceFolder }) => workspaceFolder)).toEqual(
      ["a", "b", "c", "d"].map(() => "/workspaces/App"),
    );
  });

  test("keeps the container running when a lifecycle command fails, and repeats that command on request", async () => {
    const request = await session("a", {
      remoteUser: "root",
      onCreateCommand: "echo create >> /ran",
      postCreateCommand: { good: "true", bad: "echo post >> /ran; echo the reason >&2; test -e /workspaces/App/now" },
      postStartCommand: "echo start >> /ran",
    });
    const failed = await up(ctx, request);
    expect(failed).toMatchObject({
      remoteUser: "root",
      workspaceFolder: "/workspaces/App",
      failed: { stage: "postCreateCommand", words: "bad of postCreateCommand failed with exit code 1: the reason" },
    });
    expect(await containers()).toEqual([failed.containerId]);
    expect(await readFile(ctx.paths.upLog(request.id), "utf8")).toMatch(
      /the reason\nbad of [^]*\n.*Command failed: .*\n$/,
    );
    const again = { ...request, unfinished: "postCreateCommand" };
    expect((await up(ctx, again)).failed).toBeDefined();
    await ctx.engine.stopContainer(failed.containerId, 10);
    await writeFile(join(request.clone, "now"), "");
    const done = await up(ctx, again);
    expect(done.failed).toBeUndefined();
    expect(await inside(done.containerId, "root", "cat /ran")).toBe("create\npost\npost\npost\nstart");
  });

  test("reports the exit code and output of a container command that ended", async () => {
    const lines = [`FROM ${testBaseImage}`, 'CMD ["/bin/sh", "-c", "echo my last words; exit 4"]'];
    const request = await upSession(ctx, "a", dockerfileRequest(lines, { config: { overrideCommand: false } }));
    await expect(up(ctx, request)).rejects.toMatchObject({
      code: "UP_FAILED",
      message: "The dev container of a did not come up: its own command ended with exit code 4: my last words.",
      hint: expect.stringContaining("overrideCommand"),
    });
    expect(await containers()).toEqual([]);
  });

  test("reports the engine's message when the container cannot be created", async () => {
    const request = await session("a", { runArgs: ["--device=/dev/nothere"] });
    await expect(up(ctx, request)).rejects.toMatchObject({
      code: "UP_FAILED",
      message: expect.stringMatching(/^The dev container of a did not come up: .*"\/dev\/nothere": no such file/),
      hint: "cowork logs a",
    });
  });

  test("ends all processes that it started when it is interrupted, and can be repeated", async () => {
    const request = await session("a", { postCreateCommand: "sleep 4711; test -e /workspaces/App/now" });
    const abort = new AbortController();
    const report: Context["report"] = (event) => event.detail === "running postCreateCommand" && abort.abort();
    await expect(up({ ...ctx, signal: abort.signal, report }, request)).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await containers()).toEqual([]);
    const { stdout } = await execa("ps", ["-eo", "args"]);
    expect(stdout.split("\n").filter((line) => line.includes(ctx.paths.clone(request.id)))).toEqual([]);
    await writeFile(join(request.clone, "now"), "");
    await writeFile(
      request.overrideConfigPath,
      (await readFile(request.overrideConfigPath, "utf8")).replace("4711", "0"),
    );
    await expect(up(ctx, request)).resolves.toBeDefined();
  });

  test("runs the image's lifecycle commands once", async () => {
    const entries = JSON.stringify([{ postCreateCommand: "echo image >> /ran" }]);
    const base = `cowork-test-up:${homeId(ctx.paths)}`;
    const labels = { "cowork.home": homeId(ctx.paths), "devcontainer.metadata": entries };
    await ctx.engine.buildImage({ files: { Dockerfile: `FROM ${testBaseImage}\n` }, tag: base, labels });
    const request = await session("a", { image: base, postCreateCommand: "echo project >> /ran" });
    const { containerId } = await up(ctx, request);
    expect(await inside(containerId, "root", "cat /ran")).toBe("image\nproject");
  });

  test("ignores an agent's changes to the configuration in the clone", async () => {
    const request = await session("a");
    const { containerId } = await up(ctx, request);
    const changed = {
      image: testBaseImage,
      initializeCommand: `touch ${join(fixture.folder, "canary")}`,
      postStartCommand: "touch /changed",
    };
    await writeFile(join(request.clone, ".devcontainer/devcontainer.json"), JSON.stringify(changed));
    await ctx.engine.stopContainer(containerId, 10);
    await up(ctx, request);
    expect(await readdir(fixture.folder)).not.toContain("canary");
    expect(await inside(containerId, "root", "ls /changed")).toMatch(/No such file/);
  });
});

test("docker stop lets programs in the container end cleanly", async () => {
  const { containerId } = await up(ctx, await session("a"));
  const script = "trap 'sleep 1; date > /workspaces/App/ended; exit 0' TERM; while :; do sleep 0.1; done";
  const running = ctx.engine
    .exec(containerId, { command: ["sh", "-c", script] }, { timeoutMs: 60_000 })
    .catch(() => undefined);
  await expect
    .poll(() => inside(containerId, "root", "cat /proc/*/cmdline 2>/dev/null | tr '\\0' ' '"))
    .toContain("sleep 0.1");
  await execa("docker", ["stop", "-t", "20", containerId]);
  await running;
  expect(await readdir(ctx.paths.clone("app-a"))).toContain("ended");
});
