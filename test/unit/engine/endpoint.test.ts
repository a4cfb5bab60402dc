import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { findEndpoint, parseEndpoint } from "../../../src/engine/endpoint.ts";
import { createEngine } from "../../../src/engine/engine.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

async function addContext(home: string, name: string, host: string, files: Record<string, string> = {}): Promise<void> {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = join(home, ".docker", "contexts", "meta", id);
  const tls = join(home, ".docker", "contexts", "tls", id, "docker");
  await mkdir(meta, { recursive: true });
  await mkdir(tls, { recursive: true });
  await writeFile(join(meta, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  for (const [file, content] of Object.entries(files)) await writeFile(join(tls, file), content);
}

describe("the engine is found as the docker client finds it", () => {
  test("DOCKER_HOST takes precedence over every context", async () => {
    const home = await temporaryFolder();
    await addContext(home, "other", "tcp://10.0.0.1:2375");
    const env = { DOCKER_HOST: "unix:///run/mine.sock", DOCKER_CONTEXT: "other" };
    expect(await findEndpoint({ env, home })).toMatchObject({ socketPath: "/run/mine.sock", origin: "DOCKER_HOST" });
  });

  test("DOCKER_CONTEXT takes precedence over the current context, and uses its certificates", async () => {
    const home = await temporaryFolder();
    await addContext(home, "mine", "tcp://10.0.0.1:2376", { "ca.pem": "CA", "cert.pem": "CERT", "key.pem": "KEY" });
    await addContext(home, "current", "unix:///run/current.sock");
    await writeFile(join(home, ".docker", "config.json"), JSON.stringify({ currentContext: "current" }));
    expect((await findEndpoint({ env: { DOCKER_CONTEXT: "mine" }, home })).tcp).toEqual({
      host: "10.0.0.1",
      port: 2376,
      tls: { ca: "CA", cert: "CERT", key: "KEY", skipVerify: false },
    });
    expect((await findEndpoint({ env: {}, home })).socketPath).toBe("/run/current.sock");
  });

  test("DOCKER_TLS_VERIFY uses the certificates of DOCKER_CERT_PATH", async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, "ca.pem"), "CA");
    const env = { DOCKER_HOST: "tcp://engine.example:2376", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: home };
    expect((await findEndpoint({ env, home })).tcp).toEqual({
      host: "engine.example",
      port: 2376,
      tls: { ca: "CA", skipVerify: false },
    });
  });

  test("a context that does not exist, an engine over SSH and an invalid address have a hint", async () => {
    const home = await temporaryFolder();
    const ask = (env: Record<string, string>): Promise<unknown> => findEndpoint({ env, home });
    const unreachable = { code: "ENGINE_UNREACHABLE", hint: expect.any(String) as string };
    await expect(ask({ DOCKER_CONTEXT: "gone" })).rejects.toMatchObject({
      ...unreachable,
      message: expect.stringContaining("gone") as string,
    });
    await expect(ask({ DOCKER_HOST: "ssh://me@far" })).rejects.toMatchObject(unreachable);
    await expect(ask({ DOCKER_HOST: "gopher://x" })).rejects.toMatchObject(unreachable);
  });

  test("addresses without a port or a scheme get the usual ones", () => {
    expect(parseEndpoint("engine.example", "x").tcp).toEqual({ host: "engine.example", port: 2375 });
    expect(parseEndpoint("tcp://[::1]:99", "x").tcp).toEqual({ host: "::1", port: 99 });
    expect(parseEndpoint("unix://", "x").socketPath).toBe("/var/run/docker.sock");
  });
});

describe("an engine that does not answer", () => {
  const messageOf = async (path: string): Promise<{ code: string; message: string; hint: string }> => {
    const engine = createEngine({ env: { DOCKER_HOST: `unix://${path}` }, home: "/nowhere" });
    return await engine.listContainers({}).then(
      () => Promise.reject(new Error("it answered")),
      (error: unknown) => error as { code: string; message: string; hint: string },
    );
  };

  test("is reported with the reason", async () => {
    const folder = await temporaryFolder();
    const missing = await messageOf(join(folder, "none"));
    expect(missing).toMatchObject({ code: "ENGINE_UNREACHABLE", hint: "cowork doctor" });
    expect(missing.message).toMatch(/no such socket/);
    await writeFile(join(folder, "file"), "");
    expect((await messageOf(join(folder, "file"))).message).toMatch(/nothing listens there/);
  });

  test("may not be an engine at all: the answer is not HTTP", async () => {
    const path = join(await temporaryFolder(), "socket");
    const server = createServer((peer) => peer.end("hello")).listen(path);
    onTestFinished(() => void server.close());
    expect((await messageOf(path)).code).toBe("ENGINE_UNREACHABLE");
  });
});
