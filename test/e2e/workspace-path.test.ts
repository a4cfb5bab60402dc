import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureTestBaseImage } from "../support/engine/engine.ts";
import { temporaryHome, type TestHome } from "../support/home/home.ts";
import { runCowork, type CoworkResult } from "../support/home/run-cowork.ts";
import { sampleProject } from "../support/git/sample-project.ts";

/** Public configurations often contain the path /workspaces/<folder>, because plain `devcontainer up` mounts the project there. */
describe("a configuration that contains the path /workspaces/<folder>", () => {
  let home: TestHome;
  let image: string;
  beforeAll(async () => {
    home = await temporaryHome();
    image = await ensureTestBaseImage();
  });
  afterAll(() => home.remove());

  const compose = (workspaceFolder: string, volume: string): Record<string, string> => ({
    ".devcontainer/devcontainer.json": JSON.stringify({
      dockerComposeFile: "c.yml",
      service: "app",
      workspaceFolder,
      postCreateCommand: "pwd >/tmp/created",
    }),
    ".devcontainer/c.yml": JSON.stringify({
      services: { app: { image, init: true, command: "sleep infinity", volumes: [volume] } },
    }),
  });
  const config = (more: Record<string, unknown>): Record<string, string> => ({
    ".devcontainer/devcontainer.json": JSON.stringify({ postCreateCommand: "pwd >/tmp/created", ...more }),
  });

  it.each<[string, string, () => Record<string, string>]>([
    ["workspaceFolder without workspaceMount", "shop", () => config({ image, workspaceFolder: "/workspaces/shop" })],
    ["a checkout of another name", "mall", () => config({ image, workspaceFolder: "/workspaces/shop" })],
    ["Compose that mounts the parent folder", "shop", () => compose("/workspaces/shop", "../..:/workspaces:cached")],
    [
      "Compose that mounts the project there from a checkout of another name",
      "mall",
      () => compose("/workspaces/${localWorkspaceFolderBasename}", "..:/workspaces/shop:cached"),
    ],
    [
      "a volume below it",
      "shop",
      () => config({ image, mounts: ["source=nm-${devcontainerId},target=/workspaces/shop/deps,type=volume"] }),
    ],
    [
      "a Dockerfile that copies to it",
      "shop",
      () => ({
        Dockerfile: `FROM ${image}\nWORKDIR /workspaces/shop\nRUN touch stale\n`,
        ...config({ build: { dockerfile: "../Dockerfile" } }),
      }),
    ],
  ])("%s", async (what, folder, files) => {
    const name = `${folder}-${what.length}`;
    const cwd = await sampleProject(home, "none", {
      name: `${name}/${folder}`,
      files: { ...files(), ".gitignore": "deps\n", ".cowork/.cowork.conf": `PROJECT=${name}\n` },
    });
    const cowork = (...args: string[]): Promise<CoworkResult> => runCowork(args, { home, cwd });
    expect(await cowork("init", "a", "--trust")).toMatchObject({ code: 0 });
    const script = "pwd -P; cat /tmp/created; git status --porcelain; ls stale 2>&1; mountpoint -q deps && echo volume";
    const inside = (await cowork("connect", "a", "--", "sh", "-c", script)).stdout.trim().split("\n");
    const isVolume = what === "a volume below it";
    expect(inside.filter((line) => !line.includes("stale"))).toEqual([
      "/workspaces/shop",
      "/workspaces/shop",
      ...(isVolume ? ["volume"] : []),
    ]);
    expect(inside.find((line) => line.includes("stale"))).toMatch(/No such file/);
    expect((await cowork("clean", "a", "--force")).code).toBe(0);
  });
});
