import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { asRoot } from "../home/as-root.ts";
import { ensureTestBaseImage } from "../engine/engine.ts";
import { gitIdentity } from "../home/home.ts";
import type { TestHome } from "../home/home.ts";

export type SampleKind = "none" | "image" | "dockerfile" | "features" | "compose";

export interface SampleOptions {
  /** name of the root folder, default `app` */
  name?: string;
  /** files for the first commit (path → content), added to the kind's own or replacing them; undefined leaves one out */
  files?: Record<string, string | undefined>;
}

/** Creates a git repository with one commit on `main`, in the account's home and owned by the account. Returns its root folder. */
export async function sampleProject(home: TestHome, kind: SampleKind, options: SampleOptions = {}): Promise<string> {
  const root = join(home.home, options.name ?? "app");
  const files = { "README.md": "# a sample\n", ...sampleFiles(kind, await ensureTestBaseImage()), ...options.files };
  for (const [path, content] of Object.entries(files)) {
    if (content === undefined) continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content, { mode: path.endsWith(".sh") ? 0o755 : 0o644 });
  }
  await mkdir(root, { recursive: true });
  await git(root, "init", "-q", "-b", "main");
  await commitAll(root, "A sample");
  if (home.owner !== undefined) await asRoot("chown", ["-R", `${home.owner.uid}:${home.owner.gid}`, root]);
  return root;
}

/** Commits everything in the working tree and returns the commit's id. */
export async function commitAll(root: string, message: string): Promise<string> {
  await git(root, "add", "-A");
  await git(
    root,
    "-c",
    `user.name=${gitIdentity.name}`,
    "-c",
    `user.email=${gitIdentity.email}`,
    "commit",
    "-q",
    "--allow-empty",
    "-m",
    message,
  );
  return git(root, "rev-parse", "HEAD");
}

/** Runs git in a folder of any owner, without the tester's configuration. Returns its stdout. */
export async function git(root: string, ...args: string[]): Promise<string> {
  const env = { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  const { stdout } = await execa("git", ["-c", "safe.directory=*", "-C", root, ...args], { env });
  return stdout;
}

/** The files of a dev container configuration of this kind, using `image`. */
export function sampleFiles(kind: SampleKind, image: string): Record<string, string> {
  return makers[kind](image);
}

const config = (value: object): Record<string, string> => ({
  ".devcontainer/devcontainer.json": `// a sample\n${JSON.stringify(value, null, 2)}\n`,
});

const feature = {
  id: "greeting",
  version: "1.0.0",
  name: "A greeting",
  options: { word: { type: "string", default: "hi", description: "what to write into /etc/greeting" } },
};

// A second service, a fixed container name, a named volume and a fixed host port: two sessions of one project would collide.
const compose = (image: string): string => `services:
  app:
    image: ${image}
    command: sleep infinity
    init: true
    volumes:
      - ..:/work
      - cache:/cache
    ports:
      - "18080:8080"
    depends_on:
      - side
  side:
    image: ${image}
    command: sleep infinity
    init: true
    container_name: sample-side
volumes:
  cache:
`;

const makers: Record<SampleKind, (image: string) => Record<string, string>> = {
  none: () => ({}),
  image: (image) => config({ image }),
  dockerfile: (image) => ({
    ...config({ build: { dockerfile: "Dockerfile" }, remoteUser: "dev" }),
    ".devcontainer/Dockerfile": `FROM ${image}\nRUN useradd --create-home --shell /bin/bash dev\n`,
  }),
  features: (image) => ({
    ...config({ image, features: { "./greeting": { word: "hello" } } }),
    ".devcontainer/greeting/devcontainer-feature.json": `${JSON.stringify(feature, null, 2)}\n`,
    ".devcontainer/greeting/install.sh": '#!/bin/sh\nset -e\nprintf "%s\\n" "$WORD" >/etc/greeting\n',
  }),
  compose: (image) => ({
    ...config({ dockerComposeFile: "compose.yml", service: "app", workspaceFolder: "/work" }),
    ".devcontainer/compose.yml": compose(image),
  }),
};
