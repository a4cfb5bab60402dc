import type { RunResult } from "../../../../src/system/process/process.ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { ensureBaseImage, findBaseImage } from "../../../../src/devcontainer/base/base-image.ts";
import { ensureLocal, registryOf } from "../../../../src/devcontainer/image/fetch-image.ts";
import { templateBase } from "../../../../src/devcontainer/image/template.ts";
import { CoworkError } from "../../../../src/errors.ts";
import type { Context } from "../../../../src/system/context.ts";
import { createFakeEngine, type FakeEngine } from "../../../support/fakes/fake-engine.ts";
import { imageContext } from "../../../support/engine/image-context.ts";

const unreachable = new CoworkError("ENGINE_FAILED", "dial tcp: lookup registry.example: no such host");

async function world(
  overrides: Partial<Context> = {},
): Promise<{ ctx: Context; engine: FakeEngine; pulls: string[]; log: string[] }> {
  const engine = createFakeEngine();
  const pulls: string[] = [];
  engine.pullImage = async (ref) => {
    pulls.push(ref);
    throw unreachable;
  };
  const { ctx, log, end } = await imageContext({ engine, ...overrides });
  onTestFinished(end);
  return { ctx, engine, pulls, log };
}

describe("the base image", () => {
  test("is the one that the engine has", async () => {
    const { ctx, engine, pulls } = await world();
    engine.addImage({ tags: [templateBase] });
    expect((await ensureBaseImage(ctx, { baseImage: undefined })).ref).toBe(templateBase);
    expect(pulls).toEqual([]);
  });

  test("is the newest that was made before, without waiting for a registry", async () => {
    const { ctx, engine, pulls } = await world();
    const labels = { "cowork.shared": "base" };
    engine.addImage({ tags: ["cowork-base:old"], labels, createdAt: "2026-01-01T00:00:00Z" });
    engine.addImage({ tags: ["cowork-base:new"], labels, createdAt: "2026-02-01T00:00:00Z" });
    engine.addImage({ tags: [], labels, createdAt: "2026-03-01T00:00:00Z" });
    expect((await ensureBaseImage(ctx, { baseImage: undefined })).ref).toBe("cowork-base:new");
    expect(pulls).toEqual([]);
  });

  test("that the user chose is not replaced", async () => {
    const { ctx, engine } = await world();
    engine.addImage({ tags: [templateBase] });
    const failure = ensureBaseImage(ctx, { baseImage: "team.example/base:1" });
    await expect(failure).rejects.toMatchObject({ code: "BASE_IMAGE_UNAVAILABLE" });
    await expect(failure).rejects.toThrow("team.example/base:1");
  });

  test("is not made without the user's agreement, nor without root", async () => {
    const sudo = async (): Promise<RunResult> => ({ code: 0, stdout: "", stderr: "" });
    const ordinaryUser = { ...(await world()).ctx.user, isRoot: false, uid: 1234 };
    const refused = await world({ ask: async () => false, run: sudo, user: ordinaryUser });
    await expect(ensureBaseImage(refused.ctx, { baseImage: undefined })).rejects.toMatchObject({
      code: "BASE_IMAGE_UNAVAILABLE",
    });
    const noSudo = async (): Promise<never> =>
      Promise.reject(new CoworkError("PROGRAM_MISSING", "sudo is not installed"));
    const { ctx } = await world({ run: noSudo, user: ordinaryUser });
    await expect(ensureBaseImage(ctx, { baseImage: undefined })).rejects.toMatchObject({
      code: "BASE_IMAGE_UNAVAILABLE",
      hint: expect.stringMatching(/^sudo sh \S*make-base\.sh .* \| docker import .* - cowork-base:|debootstrap/),
    });
  });

  test("can be looked up without changing anything", async () => {
    const { ctx, pulls } = await world({ ask: async () => Promise.reject(new Error("asked")) });
    expect(await findBaseImage(ctx, { baseImage: undefined })).toBeUndefined();
    expect(await findBaseImage(ctx, { baseImage: "x" })).toBeUndefined();
    expect(pulls).toEqual([]);
  });
});

describe("pulling", () => {
  test("asks a registry that does not answer only once per run", async () => {
    const { ctx, pulls } = await world();
    for (const ref of ["a.example/x", "a.example/y", "b.example/x"]) {
      await expect(ensureLocal(ctx, ref)).rejects.toThrow("no such host");
    }
    expect(pulls).toEqual(["a.example/x", "b.example/x"]);
  });

  test("asks a registry again if it answered that it does not have the image", async () => {
    const { ctx, engine, pulls } = await world();
    engine.pullImage = async (ref) => {
      pulls.push(ref);
      throw new CoworkError("ENGINE_FAILED", "manifest unknown");
    };
    await expect(ensureLocal(ctx, "x")).rejects.toThrow("manifest unknown");
    await expect(ensureLocal(ctx, "y")).rejects.toThrow("manifest unknown");
    expect(pulls).toEqual(["x", "y"]);
  });

  test("is no longer pulled when the command ends", async () => {
    const abort = new AbortController();
    const { ctx, engine } = await world({ signal: abort.signal });
    engine.pullImage = (_ref, _line, signal) => {
      const ended = new Promise<never>((_, reject) =>
        signal?.addEventListener("abort", () => reject(new Error("aborted"))),
      );
      abort.abort();
      return ended;
    };
    const pulling = ensureLocal(ctx, "x");
    await expect(pulling).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  test.each([
    ["debian:trixie", "docker.io"],
    ["someone/image", "docker.io"],
    ["localhost/image", "localhost"],
    ["host:5000/image", "host:5000"],
    ["mcr.example.com/a/b@sha256:00", "mcr.example.com"],
  ])("knows the registry of %s", (ref, registry) => {
    expect(registryOf(ref)).toBe(registry);
  });
});
