import type { Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { hostGit } from "../git/host-git.ts";
import type { WorkInProgress } from "./bundle-script.ts";

/** Removes refs that a killed run left. They are ours alone, because the caller holds the session's lock. */
export async function dropIncoming(ctx: Context, source: Source, prefix: string): Promise<void> {
  const options = { safe: [source.gitDir] };
  const list = await hostGit(
    ctx,
    ["--git-dir", source.gitDir, "for-each-ref", "--format=delete %(refname)", prefix],
    options,
  );
  if (list.code === 0 && list.stdout !== "") {
    await hostGit(ctx, ["--git-dir", source.gitDir, "update-ref", "--stdin"], { ...options, input: list.stdout });
  }
}

/** Whether the project has this commit, on a branch or not. */
export async function hasCommit(ctx: Context, source: Source, oid: string): Promise<boolean> {
  const args = ["--git-dir", source.gitDir, "cat-file", "-e", `${oid}^{commit}`];
  return (await hostGit(ctx, args, { safe: [source.gitDir] })).code === 0;
}

/** The commit of a session's working tree that is made for the project. */
export function workOf(
  session: string,
  { name, email }: { name: string | undefined; email: string | undefined },
): WorkInProgress {
  const identity = { name: name ?? "cowork", email: email ?? "cowork@localhost" };
  return { identity, subject: `Work in progress in session ${session}` };
}
