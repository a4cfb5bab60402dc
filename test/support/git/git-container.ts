import { execa } from "execa";
import { createEngine } from "../../../src/engine/engine.ts";
import { gitInside } from "../../../src/clone/git/inside.ts";
import type { CloneSpec, GitInside } from "../../../src/clone/types.ts";
import { ensureEngine, ensureTestBaseImage } from "../engine/engine.ts";
import { type GitWorkshop, gitWorkshop } from "./git-project.ts";

/** A git workshop that inspects clones through the real engine. Its containers have the label `cowork.test={test}`. */
export interface ContainerWorkshop extends GitWorkshop {
  image: string;
  /** the spec of a clone that belongs to the sessions' uid */
  sessionSpec(project: string, name: string): Promise<CloneSpec>;
  /** starts a container with the clone mounted, as in a session; returns its id */
  start(spec: CloneSpec, image?: string): Promise<string>;
  /**
   * Runs a script on the clone as the session's user, with an identity for git: in this container, or in one of its own, which
   * takes a second more. Throws if it fails.
   */
  runScript(spec: CloneSpec, script: string, container?: string): Promise<void>;
  docker(...args: string[]): Promise<string>;
  inside(spec: CloneSpec, containerId?: string, images?: string[]): GitInside;
}

export async function containerWorkshop(test: string): Promise<ContainerWorkshop> {
  await ensureEngine();
  const image = await ensureTestBaseImage();
  const label = `cowork.test=${test}`;
  const engine = createEngine({ env: process.env, home: process.env["HOME"] ?? "/" });
  const workshop = await gitWorkshop({ engine });
  const docker = async (...args: string[]): Promise<string> => (await execa("docker", args)).stdout;
  const { user } = workshop.context;
  return {
    ...workshop,
    image,
    docker,
    sessionSpec: (project, name) => workshop.spec(project, name, { uid: user.sessionUid, gid: user.sessionGid }),
    start: (spec, from = image) => {
      const mount = `type=bind,source=${spec.path},target=/workspaces/here`;
      return docker(
        "run",
        "-d",
        "--init",
        "--label",
        label,
        "--mount",
        mount,
        "-w",
        "/workspaces/here",
        from,
        "sleep",
        "3600",
      );
    },
    runScript: async (spec, script, container) => {
      const asUser = ["-i", "-u", `${spec.uid}:${spec.gid}`, "-e", "HOME=/tmp/of-scripts"];
      const mount = ["--mount", `type=bind,source=${spec.path},target=/w`, "-w", "/w"];
      const own = ["run", "--rm", "--network=none", "--label", label, ...asUser, ...mount, image];
      const place = container === undefined ? own : ["exec", ...asUser, container];
      const identity = "git config --global user.name In; git config --global user.email in@example.org";
      const input = `mkdir -p "$HOME"; ${identity}\n${script}`;
      const { exitCode, stderr } = await execa("docker", [...place, "sh", "-eu"], { input, reject: false });
      if (exitCode !== 0) throw new Error(`the script itself failed: ${stderr}`);
    },
    inside: (spec, containerId, images = [image]) =>
      gitInside(workshop.context, {
        clone: spec.path,
        uid: spec.uid,
        gid: spec.gid,
        images,
        labels: { "cowork.test": test },
        ...(containerId === undefined ? {} : { containerId }),
      }),
    async end() {
      const left = await docker("ps", "-aq", "--filter", `label=${label}`);
      if (left !== "") await docker("rm", "-f", ...left.split("\n"));
      await workshop.end();
    },
  };
}
