import type { Engine } from "../../engine/types.ts";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { lifecycleStages } from "../lifecycle.ts";

/**
 * POSIX sh, run as the remote user: takes away the notes by which @devcontainers/cli knows that a stage has run. It keeps them in
 * the home folder, which is the one of the environment or of the password file (read-only loop: images without getent are real).
 * Arguments: the user, then the stages.
 */
export const forgetStages = `c_user=$1
shift
c_forget() { for c_stage; do rm -f "$c_home/.devcontainer/.$c_stage"Marker; done; }
c_home=$HOME
c_forget "$@"
[ -r /etc/passwd ] || exit 0
while IFS=: read -r c_name c_x c_uid c_x c_x c_path c_x; do
  if [ "$c_name" = "$c_user" ] || [ "$c_uid" = "$c_user" ]; then c_home=$c_path; c_forget "$@"; fi
done </etc/passwd
exit 0`;

/**
 * Makes the next `up` run the commands of a stage, and of all stages behind it, again: the CLI notes that a command has run before it
 * does. The container has to run.
 * @throws ENGINE_FAILED when the notes cannot be removed
 */
export async function runAgainFrom(engine: Engine, container: string, user: string, stage: string): Promise<void> {
  const stages = lifecycleStages.slice(Math.max(0, lifecycleStages.indexOf(stage as never)));
  const command = ["/bin/sh", "-c", forgetStages, "sh", user, ...stages] as const;
  const { code, stderr } = await engine.exec(container, { command, user, workingDir: "/" });
  if (code === 0) return;
  throw new CoworkError(
    "ENGINE_FAILED",
    `The notes of ${stage} could not be removed in the container: ${plain(stderr)}`,
  );
}
