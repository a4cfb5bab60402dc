import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderDockerfile, writeTemplate } from "../../../../src/devcontainer/image/template.ts";
import { temporaryFolder } from "../../../support/home/temporary-folder.ts";

test("a project gets its own configuration", async () => {
  const folder = await temporaryFolder();
  const name = 'quotes " and {{braces}}';
  expect(await writeTemplate(folder, { name })).toEqual([
    ".devcontainer/devcontainer.json",
    ".devcontainer/Dockerfile",
  ]);
  const config = JSON.parse(await readFile(join(folder, ".devcontainer/devcontainer.json"), "utf8"));
  expect(config).toEqual({ name, build: { dockerfile: "Dockerfile" }, remoteUser: "dev" });
  const dockerfile = await readFile(join(folder, ".devcontainer/Dockerfile"), "utf8");
  expect(dockerfile).toContain("\nFROM debian:trixie\n");
  expect(dockerfile).not.toContain("{{");
  expect((await stat(join(folder, ".devcontainer/Dockerfile"))).mode & 0o777).toBe(0o644);
});

test("an existing one is not changed", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, ".devcontainer"));
  await expect(writeTemplate(folder, { name: "x" })).rejects.toMatchObject({ code: "DEVCONTAINER_INVALID" });
});

test("a base image must be a name", async () => {
  expect(await renderDockerfile("team.example:5000/a/b@sha256:00")).toContain("FROM team.example:5000/a/b@sha256:00\n");
  await expect(renderDockerfile("a\nRUN evil")).rejects.toMatchObject({ code: "CONFIG_VALUE_INVALID" });
});
