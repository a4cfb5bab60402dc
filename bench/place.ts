import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { buildOnce } from "../test/support/home/built-file.ts";
import { ensureEngine, ensureTestBaseImage } from "../test/support/engine/engine.ts";
import { temporaryHome, type TestHome } from "../test/support/home/home.ts";
import { userEnvironment } from "../test/support/home/run-cowork.ts";
import { git, sampleProject } from "../test/support/git/sample-project.ts";
import { tree } from "../test/support/git/tree.ts";

/** A home, a small project and functions to work with them. Everything is removed at the end. */
export interface Place {
  home: TestHome;
  /** a small project with a Dockerfile */
  project: string;
  /** folder for the results of the other ways */
  scratch: string;
  cowork(...args: string[]): Promise<string>;
  /** runs a program in the project's folder */
  run(...argv: [string, ...string[]]): Promise<string>;
  /** runs `devcontainer` with this Node */
  devcontainer(...args: string[]): Promise<string>;
  /** creates `count` clones and runs `devcontainer up` in each */
  upLoop(count: number): Promise<void>;
  /** removes the containers and clones of the other ways */
  clear(): Promise<void>;
  /** label of the containers that the benchmark starts itself */
  label: string;
  remove(): Promise<void>;
}

export async function createPlace(): Promise<Place> {
  await ensureEngine();
  await ensureTestBaseImage();
  await buildOnce();
  const home = await temporaryHome();
  const project = await sampleProject(home, "dockerfile", { name: "bench" });
  const scratch = join(home.folder, "scratch");
  const label = `cowork.test=bench-${home.hash}`;
  const env = userEnvironment(home);
  const run: Place["run"] = async (file, ...args) =>
    (await execa(file, args, { cwd: project, env, extendEnv: false, stdin: "ignore" })).stdout;
  const cli = join(tree, "node_modules", "@devcontainers", "cli", "devcontainer.js");
  const devcontainer: Place["devcontainer"] = (...args) => run(process.execPath, cli, ...args);
  const place: Place = {
    home,
    project,
    scratch,
    label,
    run,
    cowork: (...args) => run("cowork", ...args),
    devcontainer,
    upLoop: async (count) => {
      for (let n = 0; n < count; n += 1) {
        const clone = join(scratch, `clone${n}`);
        await git(project, "clone", "-q", project, clone);
        // a different label for each, or the second would find the first one's container
        const labels = ["--id-label", label, "--id-label", `bench.clone=${n}`];
        await devcontainer("up", "--workspace-folder", clone, ...labels);
      }
    },
    clear: async () => {
      const found = await run("docker", "ps", "-aq", "--filter", `label=${label}`);
      if (found !== "") await run("docker", "rm", "-f", "-v", ...found.split("\n"));
      await rm(scratch, { recursive: true, force: true });
    },
    remove: async () => {
      await place.clear();
      const images = await run("docker", "images", "--format", "{{.Repository}}:{{.Tag}}");
      const ours = images.split("\n").filter((image) => /^(vsc-clone\d+-|cowork-bench-floor:)/.test(image));
      if (ours.length > 0) await execa("docker", ["rmi", "-f", ...ours], { reject: false });
      await home.remove();
    },
  };
  return place;
}

export const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `s${n + 1}`);
