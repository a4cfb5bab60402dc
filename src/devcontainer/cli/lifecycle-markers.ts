import type { Engine } from "../../engine/types.ts";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import { lifecycleStages } from "../lifecycle.ts";

/**
 * POSIX sh, run as the remote user: removes the marker files in which @devcontainers/cli records that a stage has run. They are in
 * the home folder, which comes from the environment or from the password file. The file is read with a shell loop because some
 * images have no getent.
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
 * Makes the next `up` run the commands of a stage and of all later stages again: the CLI marks a command as run before it runs it.
 * The container has to be running.
 * @throws ENGINE_FAILED if the markers cannot be removed
 */
export async function runAgainFrom(engine: Engine, container: string, user: string, stage: string): Promise<void> {
  const stages = lifecycleStages.slice(Math.max(0, lifecycleStages.indexOf(stage as never)));
  const command = ["/bin/sh", "-c", forgetStages, "sh", user, ...stages] as const;
  const { code, stderr } = await engine.exec(container, { command, user, workingDir: "/" });
  if (code === 0) return;
  throw new CoworkError("ENGINE_FAILED", `Could not remove the markers of ${stage} in the container: ${plain(stderr)}`);
}
