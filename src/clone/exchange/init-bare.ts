import type { Context } from "../../system/context.ts";
import { hostGitOk } from "../git/host-git.ts";

/** Creates an empty bare repository, without the user's templates and hooks. Throws GIT_FAILED, DISK_FULL. */
export async function initBare(ctx: Context, folder: string, objectFormat: "sha1" | "sha256"): Promise<void> {
  const plain = ["-c", "core.hooksPath=/dev/null", "init", "--quiet", "--bare", "--template="];
  await hostGitOk(ctx, [...plain, `--object-format=${objectFormat}`, folder], { what: "git init", isolated: true });
}
