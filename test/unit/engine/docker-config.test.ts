import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readDockerConfig } from "../../../src/engine/docker-config.ts";
import { registryAuth } from "../../../src/engine/registry-auth.ts";
import { temporaryFolder } from "../../support/home/temporary-folder.ts";

test("the docker client's file: empty if missing, undefined if broken, logins by registry", async () => {
  const home = await temporaryFolder();
  const question = { env: {}, home };
  expect(readDockerConfig(question)).toEqual({});
  expect(registryAuth(question, "registry.invalid/a:1")).toBeUndefined();
  await mkdir(join(home, ".docker"));
  const file = join(home, ".docker", "config.json");
  for (const broken of ["{", "null", "7"]) {
    await writeFile(file, broken);
    expect(readDockerConfig(question)).toBeUndefined();
    expect(registryAuth(question, "registry.invalid/a:1")).toBeUndefined();
  }
  const auth = Buffer.from("me:made:up").toString("base64");
  await writeFile(file, JSON.stringify({ proxies: {}, auths: { "registry.invalid": { auth }, odd: null } }));
  expect(readDockerConfig(question)).toHaveProperty("proxies");
  const login = { username: "me", password: "made:up", serveraddress: "registry.invalid" };
  expect(registryAuth(question, "registry.invalid/a:1")).toEqual(login);
  expect(registryAuth({ env: { DOCKER_CONFIG: join(home, "other") }, home }, "registry.invalid/a:1")).toBeUndefined();
});
