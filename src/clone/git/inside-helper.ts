import { randomBytes } from "node:crypto";
import { chmod, lstat, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { CoworkError } from "../../errors.ts";
import { ownCommand } from "../../hint.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder } from "../../system/files/files.ts";
import { removeTree } from "../../system/files/tree.ts";
import { plain } from "../../system/text.ts";
import type { InsideOptions, InsideResult } from "../types.ts";
import { insideScript, noGit } from "./inside-script.ts";
import { limits, userFor, type InsideSpec, type SaveOptions } from "./inside-spec.ts";
import { defaultMaxBytes } from "./limited-to.ts";

const outFolder = "/cowork-out";

/** Runs a script in a helper container without network. @throws GIT_MISSING */
export async function helperScript(
  ctx: Context,
  spec: InsideSpec,
  text: string,
  options: InsideOptions,
): Promise<InsideResult> {
  return await withHelper(ctx, spec, text, options, []);
}

type Bind = { source: string; target: string; readOnly?: boolean };

/** Tries the images in turn until one has git. */
async function withHelper(
  ctx: Context,
  spec: InsideSpec,
  text: string,
  options: InsideOptions,
  binds: Bind[],
): Promise<InsideResult> {
  const target = await cloneFolder(ctx, spec);
  for (const candidate of spec.images) {
    const image = typeof candidate === "string" ? candidate : await candidate();
    if ((await ctx.engine.findImage(image)) === undefined) continue;
    const clone = { source: spec.clone, target, readOnly: options.write !== true };
    const result = await ctx.engine.runHelper(
      {
        image,
        command: ["/bin/sh", "-c", insideScript(text, "helper", options)],
        user: userFor(spec, options),
        workingDir: target,
        binds: [clone, ...binds],
        labels: spec.labels,
      },
      limits(ctx, options),
    );
    if (result.code !== noGit) return result;
  }
  throw new CoworkError("GIT_MISSING", `No available image has git to inspect ${plain(basename(spec.clone))}.`, {
    hint: ["start the session, or run ", ownCommand("doctor")],
  });
}

/** The same path as in the session's container, if known, because added working trees refer to it. */
async function cloneFolder(ctx: Context, spec: InsideSpec): Promise<string> {
  const fallback = isUsable(spec.place) ? spec.place : `/workspaces/${basename(spec.clone)}`;
  if (spec.containerId === undefined) return fallback;
  const container = await ctx.engine.findContainer(spec.containerId);
  return container?.mounts.find((each) => each.source === spec.clone)?.destination ?? fallback;
}

/** An absolute path that contains none of the helper's own folders, and no character that separates the parts of a bind. */
function isUsable(place: string | undefined): place is string {
  return place !== undefined && /^\/workspaces\/[^:$\p{Cc}]+$/u.test(place) && !place.includes("/..");
}

/** A helper container writes into an empty folder, and only a regular file is accepted from there. */
export async function helperSave(
  ctx: Context,
  spec: InsideSpec,
  text: string,
  file: string,
  options: SaveOptions,
): Promise<{ code: number; stderr: string }> {
  const { maxBytes = defaultMaxBytes } = options;
  const folder = join(ctx.paths.stateRoot, ".tmp", `out-${randomBytes(8).toString("hex")}`);
  try {
    await ensureFolder(join(ctx.paths.stateRoot, ".tmp"), { mode: 0o700 });
    await ensureFolder(folder, { mode: 0o700, uid: spec.uid, gid: spec.gid });
    const script = `ulimit -f ${Math.ceil(maxBytes / 512)}\n(\n${text}\n) >${outFolder}/data`;
    const { code, stderr } = await withHelper(ctx, spec, script, options, [{ source: folder, target: outFolder }]);
    const data = join(folder, "data");
    const stats = await lstat(data);
    if (!stats.isFile())
      throw new CoworkError("GIT_FAILED", `${plain(basename(spec.clone))} returned something other than a file.`);
    if (stats.size > maxBytes)
      throw new CoworkError("OUTPUT_TOO_LARGE", `The session's commits are larger than ${maxBytes} bytes.`);
    await rename(data, file);
    await chmod(file, 0o600);
    return { code, stderr };
  } finally {
    await removeTree(folder);
  }
}
