import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CoworkError } from "../errors.ts";
import type { Context } from "../system/context.ts";
import { ensureFolder } from "../system/files/files.ts";
import { chownTree } from "../system/files/tree.ts";
import { homeId } from "../system/home-id.ts";
import { plain } from "../system/text.ts";
import { installedInside, installedVariables, programInside, type Installation } from "./package.ts";
import type { Agent } from "./types.ts";
import { unpackLimits } from "./npm/unpack.ts";

const timeoutMs = 5 * 60_000;

/**
 * Lets a program that was just unpacked finish its own installation: in a temporary container without network, which sees nothing but
 * the installation, and can write to one folder of it. The vendor's program never runs on the host itself.
 * @param made the installation, not yet in its place; the container sees it there
 * @param image one of cowork's own: a repository's could write something else
 */
export async function settle(
  ctx: Context,
  agent: Agent,
  installation: Installation,
  { made, image }: { made: string; image: string },
): Promise<void> {
  const { settle: step } = agent.install;
  if (step === undefined) return;
  const { uid: own, gid: ownGroup, sessionUid: uid, sessionGid: gid } = ctx.user;
  const folder = join(made, step.folder);
  await ensureFolder(folder, { mode: 0o755, uid, gid });
  const target = installedInside(agent, installation.folder);
  const { code, stdout, stderr } = await ctx.engine.runHelper(
    {
      image,
      command: [programInside(agent, installation), ...step.args],
      user: `${uid}:${gid}`,
      workingDir: "/tmp",
      env: { HOME: "/tmp", ...installedVariables(agent, installation), ...step.env },
      binds: [
        { source: made, target, readOnly: true },
        { source: folder, target: `${target}/${step.folder}` },
      ],
      labels: { "cowork.home": homeId(ctx.paths) },
    },
    { timeoutMs, maxOutput: 16 * 1024, signal: ctx.signal },
  );
  if (code !== 0) {
    const said = plain(stderr || stdout).slice(0, 400);
    throw new CoworkError(
      "AGENT_UNAVAILABLE",
      `its own program could not finish the installation (code ${code}). ${said}`,
    );
  }
  if (own !== uid) await chownTree(folder, own, ownGroup);
  openUp(folder, { ...unpackLimits });
}

/** Makes everything readable for every user, and nothing writable for others. The container has ended: nothing changes meanwhile. */
function openUp(path: string, left: { files: number; bytes: number }): void {
  const stats = lstatSync(path);
  left.files -= 1;
  left.bytes -= stats.size;
  if (left.files < 0 || left.bytes < 0) throw new CoworkError("AGENT_UNAVAILABLE", "its own program wrote too much.");
  if (stats.isSymbolicLink()) return;
  if (stats.isDirectory()) {
    chmodSync(path, 0o755);
    for (const name of readdirSync(path)) openUp(join(path, name), left);
  } else if (stats.isFile()) chmodSync(path, (stats.mode & 0o100) === 0 ? 0o644 : 0o755);
  else throw new CoworkError("AGENT_UNAVAILABLE", "its own program wrote something else than files.");
}
