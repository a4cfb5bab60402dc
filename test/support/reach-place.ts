import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { expect } from "vitest";
import { ensureTestBaseImage } from "./engine/engine.ts";
import { sampleProject } from "./git/sample-project.ts";
import type { TestHome } from "./home/home.ts";
import { ordinaryUser } from "./home/ordinary-user.ts";
import { runCowork, type CoworkResult } from "./home/run-cowork.ts";

/** A user's home with a folder that no session may reach. */
export interface ReachPlace {
  home: TestHome;
  image: string;
  /** the folder */
  canary: string;
  canaryFiles(): Promise<string[]>;
  project(name: string, files: Record<string, string>): Promise<ReachProject>;
}

export interface ReachProject {
  cowork: (...args: string[]) => Promise<CoworkResult>;
  clone: (session: string) => string;
  /** id of a Compose service's container */
  container: (session: string, service: string) => Promise<string>;
}

export async function reachPlace(): Promise<ReachPlace> {
  const home = await ordinaryUser();
  const canary = join(home.folder, "canary");
  await mkdir(canary);
  await writeFile(join(canary, "proof"), "HOST\n");
  return {
    home,
    image: await ensureTestBaseImage(),
    canary,
    canaryFiles: async () => (await readdir(canary)).toSorted(),
    project: async (name, files) => await reachProject(home, name, files),
  };
}

export const docker = async (...args: string[]): Promise<string> => (await execa("docker", args)).stdout;

async function reachProject(home: TestHome, name: string, files: Record<string, string>): Promise<ReachProject> {
  const cwd = await sampleProject(home, "none", { name, files: { "sub/f": "", ...files } });
  return {
    cowork: (...args) => runCowork(args, { home, cwd }),
    clone: (session) => join(home.coworkHome, "sessions", `${name}-${session}`),
    container: (session, service) =>
      docker(
        "ps",
        "-aq",
        "--no-trunc",
        "--filter",
        `label=cowork.session=${name}-${session}`,
        "--filter",
        `label=com.docker.compose.service=${service}`,
      ),
  };
}

export function compose(services: Record<string, object>): Record<string, string> {
  // With an init process: a shell as process 1 ignores SIGTERM, so every stop would take ten seconds.
  const quick = Object.entries(services).map(([name, service]) => [name, { init: true, ...service }]);
  return {
    ".devcontainer/devcontainer.json": JSON.stringify({
      dockerComposeFile: "docker-compose.yml",
      service: "app",
      workspaceFolder: "/w",
    }),
    ".devcontainer/docker-compose.yml": JSON.stringify({ services: Object.fromEntries(quick) }).replaceAll(
      "$",
      () => "$$",
    ),
  };
}

/** A shell line that exchanges two paths in an endless loop, with renameat2 and RENAME_EXCHANGE. */
const exchange = (one: string, other: string): string =>
  [
    'n=316; [ "$(uname -m)" = x86_64 ] || n=276',
    `perl -e 'while(1){syscall($ARGV[0],-100,"${one}",-100,"${other}",2);select(undef,undef,undef,0.01)}' $n`,
  ].join("; ");

/**
 * A service exchanges a folder of the clone and a link to the host in an endless loop, while the dev container that mounts the folder
 * is started again and again. Each time it must come up with the clone's folder, or not at all.
 */
export async function raceForTheHost(place: ReachPlace, rounds: number): Promise<void> {
  const { image, canary } = place;

  const { cowork, clone, container } = await place.project("second", {
    ...compose({
      app: {
        image,
        command: ["sh", "-c", "while [ ! -e /w/end ]; do sleep 0.1; done"],
        volumes: ["..:/w", "../sub:/sub"],
      },
      swap: {
        image,
        command: ["sh", "-c", `cd /w && ln -s ${canary} link; ${exchange("sub", "link")}`],
        volumes: ["..:/w"],
      },
    }),
  });
  const made = await cowork("init", "a");
  expect(made.code, made.stderr).toBe(0);
  const startedAt = async (service: string): Promise<string> =>
    docker("inspect", "-f", "{{.State.StartedAt}}", await container("a", service));
  expect((await startedAt("app")) < (await startedAt("swap"))).toBe(true);

  const seen: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await cowork("connect", "a", "--", "touch", "/w/end");
    const app = await container("a", "app");
    await expect.poll(() => docker("inspect", "-f", "{{.State.Status}}", app)).toBe("exited");
    await execa("rm", ["-f", join(clone("a"), "end")]);
    const { code, stdout, stderr } = await cowork("connect", "a", "--", "sh", "-c", "ls /sub; touch /sub/x");
    seen.push(code === 0 ? "came up" : stderr, stdout);
    // The start was refused: restore the folder, as the user would.
    const back = "[ -L sub ] && { rm sub; mv link sub; }; :";
    await execa("sh", ["-c", code === 0 ? ":" : back], { cwd: clone("a") });
    seen.push((await cowork("start", "a")).stderr);
  }
  expect(seen.join("\n")).toMatch(/came up|which is a link/);
  expect(seen.join("\n")).not.toMatch(/proof/);
  expect(await place.canaryFiles()).toEqual(["proof"]);
  expect((await cowork("clean", "a", "--force")).code).toBe(0);
}
