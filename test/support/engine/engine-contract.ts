import { randomUUID } from "node:crypto";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../../src/engine/types.ts";
import { CoworkError } from "../../../src/errors.ts";

/** An engine and the operations that the contract needs and the `Engine` interface does not have. */
export interface EngineUnderTest {
  engine: Engine;
  /** a local image with a POSIX shell */
  image: string;
  /** starts a container of that image */
  addContainer(labels: Record<string, string>): Promise<string>;
  addVolume(labels: Record<string, string>, usedBy?: Record<string, string>): Promise<string>;
  addNetwork(labels: Record<string, string>, usedBy?: Record<string, string>): Promise<string>;
}

/** Defines the tests that every `Engine` must pass. Call it inside a `describe`. */
export function engineContract(make: () => Promise<EngineUnderTest>): void {
  const label = { "cowork.test": "engine-contract", "cowork.test.run": randomUUID() };
  let it: EngineUnderTest;
  let engine: Engine;
  beforeAll(async () => {
    it = await make();
    engine = it.engine;
  });
  afterAll(async () => {
    for (const { id } of await engine.listContainers(label)) await engine.removeContainer(id);
    for (const image of await engine.listImages(label)) for (const tag of image.tags) await engine.removeImage(tag);
    for (const volume of await engine.listVolumes(label)) await engine.removeVolume(volume);
    for (const network of await engine.listNetworks(label)) await engine.removeNetwork(network.id);
  });

  test("reports its system, processor, id and number of CPUs", async () => {
    const info = await engine.info();
    expect(info).toMatchObject({ os: "linux", arch: expect.stringMatching(/^(x64|arm64)$/) as string });
    expect(info.id).toMatch(/^[0-9a-z]+$/);
    expect(info.cpus).toBeGreaterThan(0);
  });

  describe("containers", () => {
    test("are listed by label value and by label name", async () => {
      const mine = await it.addContainer({ ...label, "cowork.test.listed": "one" });
      const other = await it.addContainer({ ...label, "cowork.test.listed": "two" });
      const ids = async (wanted: Record<string, string | undefined>): Promise<string[]> =>
        (await engine.listContainers({ ...label, ...wanted })).map((one) => one.id);
      expect(await ids({ "cowork.test.listed": "one" })).toEqual([mine]);
      expect((await ids({ "cowork.test.listed": undefined })).toSorted()).toEqual([mine, other].toSorted());
      expect(await ids({ "cowork.test.listed": "none" })).toEqual([]);
    });

    test("have the same image and mounts when listed as when inspected", async () => {
      const own = { ...label, "cowork.test.which": "mounts" };
      await it.addVolume(label, own);
      const [listed] = await engine.listContainers(own);
      const found = await engine.findContainer(listed?.id ?? "");
      expect(found?.imageId).toBe((await engine.findImage(it.image))?.id);
      expect(listed?.mounts).toHaveLength(1);
      expect(listed).toMatchObject({ imageId: found?.imageId, mounts: found?.mounts });
    });

    test("can be stopped, started and removed, and repeating a call does no harm", async () => {
      const id = await it.addContainer(label);
      const state = async (): Promise<string | undefined> => (await engine.findContainer(id))?.state;
      await engine.stopContainer(id, 0);
      await engine.stopContainer(id, 0);
      expect(await state()).toBe("exited");
      await engine.startContainer(id);
      await engine.startContainer(id);
      expect(await state()).toBe("running");
      expect((await engine.findContainer(id))?.pid).toBeGreaterThan(0);
      await engine.removeContainer(id);
      await engine.removeContainer(id);
      await engine.stopContainer(id, 0);
      expect(await state()).toBeUndefined();
    });

    test("that do not exist cannot be started, used or inspected", async () => {
      await expect(engine.startContainer("cowork-no-such")).rejects.toMatchObject({ code: "ENGINE_FAILED" });
      await expect(engine.exec("cowork-no-such", { command: ["true"] })).rejects.toMatchObject({
        code: "ENGINE_FAILED",
      });
      await expect(engine.changedPaths("cowork-no-such")).rejects.toMatchObject({ code: "ENGINE_FAILED" });
      await expect(engine.stats("cowork-no-such")).rejects.toMatchObject({ code: "ENGINE_FAILED" });
    });
  });

  describe("exec", () => {
    let id: string;
    beforeAll(async () => {
      id = await it.addContainer(label);
    });

    test("returns the exit code and both streams, and passes the whole input", async () => {
      const spec = { command: ["sh", "-c", "cat; echo wrong >&2; exit 3"] } as const;
      const result = await engine.exec(id, spec, { input: "ä\nin" });
      expect(result).toEqual({ code: 3, stdout: "ä\nin", stderr: "wrong\n", truncated: false });
    });

    test("truncates output at the limit and reports it", async () => {
      const spec = { command: ["sh", "-c", "head -c 300000 /dev/zero | tr '\\0' x"] } as const;
      const result = await engine.exec(id, spec, { maxOutput: 1000 });
      expect(result).toEqual({ code: 0, stdout: "x".repeat(1000), stderr: "", truncated: true });
    });

    test("throws TIMEOUT when the time is over and INTERRUPTED when aborted", async () => {
      const sleep = { command: ["sh", "-c", "sleep 60"] } as const;
      await expect(engine.exec(id, sleep, { timeoutMs: 300 })).rejects.toMatchObject({ code: "TIMEOUT" });
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 200);
      await expect(engine.exec(id, sleep, { signal: controller.signal })).rejects.toMatchObject({
        code: "INTERRUPTED",
      });
    });

    test("passes streams and the exit code through when attached", async () => {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const output = Promise.all([text(stdout), text(stderr)]);
      const spec = { command: ["sh", "-c", "cat; echo wrong >&2; exit 4"] } as const;
      const code = await engine.attach(id, spec, { stdin: Readable.from(["typed"]), stdout, stderr });
      stdout.end();
      stderr.end();
      expect([code, ...(await output)]).toEqual([4, "typed", "wrong\n"]);
    });

    test("starts an attached command only after `hold` resolves, and never when it rejects or the call is aborted", async () => {
      const go = Promise.withResolvers<void>();
      const streams = () => ({ stdin: Readable.from([""]), stdout: new PassThrough(), stderr: new PassThrough() });
      const spec = { command: ["sh", "-c", "exit 3"] } as const;
      let ready = false;
      const attached = engine.attach(id, spec, { ...streams(), hold: go.promise, onReady: () => (ready = true) });
      await delay(200);
      expect(ready).toBe(false);
      go.resolve();
      expect(await attached).toBe(3);
      expect(ready).toBe(true);
      const failed = Promise.reject(new CoworkError("DISK_FULL", "full"));
      failed.catch(() => undefined);
      const ended = new AbortController();
      const waiting = Promise.withResolvers<void>();
      const started = () => expect.unreachable("it was started");
      const aborted = engine.attach(id, spec, {
        ...streams(),
        hold: waiting.promise,
        signal: ended.signal,
        onReady: started,
      });
      await delay(100);
      ended.abort();
      waiting.resolve();
      await expect(aborted).rejects.toMatchObject({ code: "INTERRUPTED" });
      await expect(engine.attach(id, spec, { ...streams(), hold: failed })).rejects.toMatchObject({
        code: "DISK_FULL",
      });
    });

    test("fails in a container that is not running", async () => {
      const stopped = await it.addContainer(label);
      await engine.stopContainer(stopped, 0);
      const refused = engine.exec(stopped, { command: ["true"] });
      await expect(refused).rejects.toMatchObject({
        code: "ENGINE_FAILED",
        message: expect.stringContaining("not running") as string,
      });
    });
  });

  describe("helpers", () => {
    const helperLabel = { ...label, "cowork.test.helper": "yes" };

    test("run one command and leave no container behind", async () => {
      const command = ["sh", "-c", "cat; echo wrong >&2; exit 5"] as const;
      const result = await engine.runHelper({ image: it.image, command, labels: helperLabel }, { input: "in" });
      expect(result).toEqual({ code: 5, stdout: "in", stderr: "wrong\n", truncated: false });
      expect(await engine.listContainers(helperLabel)).toEqual([]);
    });

    test("leave no container behind after a timeout", async () => {
      const spec = { image: it.image, command: ["sh", "-c", "sleep 60"], labels: helperLabel } as const;
      await expect(engine.runHelper(spec, { timeoutMs: 500 })).rejects.toMatchObject({ code: "TIMEOUT" });
      expect(await engine.listContainers(helperLabel)).toEqual([]);
    });

    test("fail when their image is missing", async () => {
      const spec = { image: "cowork-no-such:1", command: ["true"], labels: helperLabel } as const;
      await expect(engine.runHelper(spec)).rejects.toMatchObject({ code: "ENGINE_FAILED" });
    });
  });

  describe("images", () => {
    const tag = (name: string): string => `cowork-contract-${label["cowork.test.run"]}-${name}:1`;

    test("can be built, found by tag, id and label, tagged, and removed tag by tag", async () => {
      const files = { Dockerfile: `FROM ${it.image}\n` };
      const built = await engine.buildImage({ files, tag: tag("a"), labels: label });
      expect(built).toMatchObject({ tags: [tag("a")], os: "linux" });
      expect(built.labels).toMatchObject(label);
      await engine.tagImage(tag("a"), tag("b"));
      expect((await engine.findImage(built.id))?.tags.toSorted()).toEqual([tag("a"), tag("b")]);
      expect((await engine.listImages(label)).map((image) => image.id)).toEqual([built.id]);
      expect(await engine.removeImage(tag("a"))).toBe(true);
      expect(await engine.removeImage(tag("a"))).toBe(true);
      expect((await engine.findImage(tag("b")))?.id).toBe(built.id);
      expect(await engine.removeImage(tag("b"))).toBe(true);
      expect(await engine.findImage(built.id)).toBeUndefined();
    });

    test("are kept while a container uses them", async () => {
      await it.addContainer(label);
      const image = await engine.findImage(it.image);
      expect(await engine.removeImage(image?.id ?? "")).toBe(false);
      expect(await engine.findImage(it.image)).toEqual(image);
    });

    test("that do not exist cannot be tagged, and a build without a Dockerfile leaves no image", async () => {
      await expect(engine.tagImage("cowork-no-such:1", tag("c"))).rejects.toMatchObject({ code: "ENGINE_FAILED" });
      const spec = { files: { "not-a-dockerfile": "" }, tag: tag("c"), labels: label };
      await expect(engine.buildImage(spec)).rejects.toMatchObject({ code: "ENGINE_FAILED" });
      expect(await engine.findImage(tag("c"))).toBeUndefined();
    });
  });

  describe("volumes and networks", () => {
    test("are found by label, kept while in use, and removed otherwise", async () => {
      const kind = { ...label, "cowork.test.kind": "leftover" };
      const volume = await it.addVolume(kind);
      const network = await it.addNetwork(kind);
      const [usedVolume, usedNetwork] = [await it.addVolume(kind, label), await it.addNetwork(kind, label)];
      expect((await engine.listVolumes(kind)).toSorted()).toEqual([volume, usedVolume].toSorted());
      expect((await engine.listNetworks(kind)).map((one) => one.id).toSorted()).toEqual(
        [network, usedNetwork].toSorted(),
      );
      expect([await engine.removeVolume(volume), await engine.removeNetwork(network)]).toEqual([true, true]);
      expect([await engine.removeVolume(volume), await engine.removeNetwork(network)]).toEqual([true, true]);
      expect([await engine.removeVolume(usedVolume), await engine.removeNetwork(usedNetwork)]).toEqual([false, false]);
    });
  });
}
