import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { ensureImage } from "../../../src/devcontainer/image/image.ts";
import type { ImageRequest } from "../../../src/devcontainer/image/image-request.ts";
import { writeLaunchers } from "../../../src/devcontainer/cli/launchers.ts";
import { planOverride } from "../../../src/devcontainer/override/override.ts";
import type { UpRequest } from "../../../src/devcontainer/cli/up.ts";
import type { Context } from "../../../src/system/context.ts";
import { homeId } from "../../../src/system/home-id.ts";

/** Creates only what `up` needs of a session: a repository in place of the clone, the image, the override config. */
export async function upSession(
  ctx: Context,
  name: string,
  request: ImageRequest,
  extra: Record<string, string> = {},
): Promise<UpRequest> {
  const { paths, user } = ctx;
  const id = `app-${name}`;
  const clone = paths.clone(id);
  const config = { ...request.plan.config, ...extra };
  const files = { "README.md": "# sample\n", ".devcontainer/devcontainer.json": JSON.stringify(config) };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(clone, path)), { recursive: true });
    await writeFile(join(clone, path), content);
  }
  const git = (...args: string[]) =>
    execa("git", ["-c", "user.name=T", "-c", "user.email=t@example.invalid", ...args], { cwd: clone });
  await git("init", "-q");
  await git("add", "-A");
  await git("commit", "-qm", "A sample");
  if (user.isRoot) await execa("chown", ["-R", `${user.sessionUid}:${user.sessionGid}`, clone]);

  const labels = { "cowork.session": id, "cowork.project": "app", "cowork.name": name, "cowork.home": homeId(paths) };
  const folders = {
    container: paths.container(id),
    vault: paths.vault("claude"),
    agentLib: paths.agentLib("claude"),
    agentState: paths.agentState(id, "claude"),
    events: paths.events(id),
  };
  for (const folder of [...Object.values(folders), paths.devcontainer(id)]) await mkdir(folder, { recursive: true });
  const image = await ensureImage(ctx, request);
  const override = planOverride({
    plan: { ...request.plan, config },
    image,
    mounts: {
      id,
      name,
      project: "app",
      folder: "App",
      labels,
      clone,
      beside: paths.beside(id),
      launchers: await writeLaunchers(ctx),
      ...folders,
    },
    composeProject: `cowork-${homeId(paths)}`,
    settings: { cpus: undefined, memory: undefined },
  });
  const overrideConfigPath = join(paths.devcontainer(id), "devcontainer.json");
  await writeFile(overrideConfigPath, JSON.stringify(override.config));
  const configPath = request.plan.path ?? undefined;
  const ownContainers: UpRequest["ownContainers"] = async () => await ctx.engine.listContainers(labels);
  return { id, name, overrideConfigPath, clone, configPath, labels, ownContainers };
}
