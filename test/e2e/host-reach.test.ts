import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestHome } from "../support/home/home.ts";
import { compose, docker, raceForTheHost, reachPlace, type ReachPlace } from "../support/reach-place.ts";

/**
 * Projects that try to mount a host folder that no configuration names and the user never agreed to, by links that their
 * containers create, or to cover cowork's own files.
 */
let place: ReachPlace;
let home: TestHome;
let canary: string;
let image: string;

beforeAll(async () => {
  place = await reachPlace();
  ({ home, canary, image } = place);
});
afterAll(() => place.home.remove());

const project: ReachPlace["project"] = async (name, files) => await place.project(name, files);

describe("a Compose service that replaces a folder of the clone with a link to the host", () => {
  it("and starts before the dev container needs the user's consent: without it nothing is created", async () => {
    const swap = `cd /w && mv sub .sub && ln -s ${canary} sub && touch /ok && sleep infinity`;
    const { cowork } = await project("first", {
      ...compose({
        app: {
          image,
          command: "sleep infinity",
          volumes: ["..:/w", "../sub:/sub"],
          depends_on: { prep: { condition: "service_healthy" } },
        },
        prep: {
          image,
          command: ["sh", "-c", swap],
          volumes: ["..:/w"],
          healthcheck: { test: ["CMD", "test", "-e", "/ok"], interval: "1s", retries: 20 },
        },
      }),
    });
    const { code, stderr } = await cowork("init", "a");
    expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining("service prep") as string });
    expect(stderr).toContain("any folder of this host");
    expect(await readdir(join(home.coworkHome, "sessions")).catch(() => [])).not.toContain("first-a");
  });

  // Once here: test/soak does it many times.
  it("while the dev container is restarted, never gets the host's folder mounted", async () => {
    await raceForTheHost(place, 1);
    expect(await place.canaryFiles()).toEqual(["proof"]);
  });

  it("keeps a stopped service that mounts the folder from being started", async () => {
    const { cowork, container } = await project("third", {
      ...compose({
        app: { image, command: "sleep infinity", volumes: ["..:/w"] },
        web: { image, command: "sleep infinity", volumes: ["../sub:/sub:ro"] },
      }),
    });
    const made = await cowork("init", "a");
    expect(made.code, made.stderr).toBe(0);
    const web = await container("a", "web");
    const state = (): Promise<string> => docker("inspect", "-f", "{{.State.Status}}", web);
    expect(await state()).toBe("running");
    await docker("stop", "-t", "0", web);
    const swap = `cd /w && mv sub .sub && ln -s ${canary} sub`;
    expect((await cowork("connect", "a", "--", "sh", "-c", swap)).code).toBe(0);
    for (const command of ["init", "connect"]) {
      const { code, stderr } = await cowork(command, "a", ...(command === "connect" ? ["--", "true"] : []));
      expect({ command, code }, stderr).toEqual({ command, code: 0 });
      expect(await state()).toBe("exited");
    }
    // A clean that is refused because of unsaved work restarts what it stopped, but not this service.
    const refused = await cowork("clean", "a");
    expect(refused.code).toBe(3);
    expect(await state()).toBe("exited");
    await cowork("stop", "a");
    expect((await cowork("start", "a")).stderr).toContain("which is a link");
    expect((await cowork("clean", "a", "--force")).code).toBe(0);
  });
});

it("a folder that the dev container replaced with a link is refused by every command that starts it", async () => {
  const config = { image, mounts: ["type=bind,source=${localWorkspaceFolder}/x/../sub,target=/sub"] };
  const { cowork } = await project("alone", { ".devcontainer/devcontainer.json": JSON.stringify(config) });
  const made = await cowork("init", "a");
  expect(made.code, made.stderr).toBe(0);
  const swap = `touch /sub/mine; mv sub .sub && ln -s ${canary} sub; ln -s ${canary}/deep/er x`;
  expect((await cowork("connect", "a", "--", "sh", "-c", swap)).code).toBe(0);
  await cowork("clean", "a");
  expect((await cowork("connect", "a", "--", "ls", "/sub")).stdout).not.toContain("proof");
  await cowork("stop", "a");
  for (const args of [
    ["start", "a"],
    ["connect", "a", "--", "true"],
    ["init", "a"],
    ["start", "a", "--rebuild"],
  ]) {
    const { code, stderr } = await cowork(...args);
    expect({ code, isNamed: stderr.includes("which is a link") }, stderr).toEqual({ code: 1, isNamed: true });
  }
  expect(await place.canaryFiles()).toEqual(["proof"]);
  expect((await cowork("clean", "a", "--force")).code).toBe(0);
});

describe("cowork's own files in the container", () => {
  const dockerfile = (more: string): Record<string, string> => ({
    ".devcontainer/Dockerfile": `FROM ${image}\n${more}\n`,
    "evil.json": "{}",
  });
  const config = (mounts: string[]): Record<string, string> => ({
    ".devcontainer/devcontainer.json": JSON.stringify({ build: { dockerfile: "Dockerfile" }, mounts }),
  });
  const evil = "type=bind,source=${localWorkspaceFolder}/evil.json,target=";

  it("cannot be covered by a mount that names them", async () => {
    const { cowork } = await project("named", {
      ...dockerfile(""),
      ...config([`${evil}/etc/claude-code/managed-settings.json`]),
    });
    const { code, stderr } = await cowork("init", "a", "--trust");
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cowork's own files") as string,
    });
  });

  it("cannot be covered by a mount through a link in the image, or by a volume of the image", async () => {
    const { cowork } = await project("linked", {
      ...dockerfile("RUN ln -s /etc/claude-code /pol"),
      ...config([`${evil}/pol/managed-settings.json`]),
    });
    const other = await project("volume", { ...dockerfile('VOLUME ["/opt/cowork/bin"]'), ...config([]) });
    for (const one of [cowork, other.cowork]) {
      const { code, stderr } = await one("init", "a");
      expect(code).toBe(1);
      expect(stderr).toContain("cowork's own files");
      const { stdout } = await one("connect", "a", "--", "cat", "/etc/claude-code/managed-settings.json");
      expect(stdout).toBe("");
      expect((await one("clean", "a", "--force")).code).toBe(0);
    }
  });
});

it("folders next to the project are separate for each session and removed with it", async () => {
  const files = compose({
    app: { image, command: "sleep infinity", volumes: ["..:/w", "../../data/app:/data"] },
    db: { image, command: "sleep infinity", volumes: ["../../data/db:/data", "../../../above:/up:rw"] },
  });
  const json = JSON.parse(files[".devcontainer/devcontainer.json"]!) as object;
  const mounts = ["type=bind,source=${localWorkspaceFolder}/../.aws,target=/aws"];
  const { cowork, container } = await project("beside", {
    ...files,
    ".devcontainer/devcontainer.json": JSON.stringify({ ...json, mounts }),
  });
  const made = await cowork("init", "a", "b");
  expect(made.code, made.stderr).toBe(0);
  for (const name of ["a", "b"]) {
    const write = `ls -A /data /aws; echo ${name} >/data/f; echo ${name} >/aws/f; chmod 700 /data`;
    expect((await cowork("connect", name, "--", "sh", "-c", write)).stdout).toBe("/aws:\n\n/data:\n");
    await docker("exec", await container(name, "db"), "sh", "-c", `echo ${name} >/data/f; echo ${name} >/up/f`);
  }
  for (const name of ["a", "b"]) {
    const folder = join(home.coworkHome, "state", `beside-${name}`, "beside");
    for (const path of ["1/data/app/f", "1/data/db/f", "1/.aws/f", "2/above/f"])
      expect(await readFile(join(folder, path), "utf8")).toBe(`${name}\n`);
  }
  expect(await readdir(join(home.coworkHome, "sessions"))).toEqual(
    expect.not.arrayContaining(["data", ".aws", "above"]),
  );
  const restarted = [await cowork("stop", "a"), await cowork("start", "a")];
  expect(restarted.map(({ code }) => code)).toEqual([0, 0]);
  expect((await cowork("connect", "a", "--", "cat", "/data/f")).stdout).toBe("a\n");
  const cleaned = await cowork("clean", "a", "b", "--force");
  expect(cleaned.code, cleaned.stderr).toBe(0);
  const left = await readdir(join(home.coworkHome, "state"));
  expect(left.filter((name) => name.startsWith("beside-"))).toEqual([]);
});
