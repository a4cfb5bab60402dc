import { randomUUID } from "node:crypto";
import type { ContainerDetail } from "../../engine/types.ts";
import { CoworkError } from "../../errors.ts";
import type { Context } from "../../system/context.ts";
import { mergePaths, parseProbe, planProbe } from "./environment-plan.ts";

export interface EnvironmentQuestion {
  container: Pick<ContainerDetail, "id" | "env" | "labels">;
  user: string;
  /** `remoteEnv`, evaluated */
  remoteEnv: Readonly<Record<string, string>>;
  /** as in devcontainer.json; an unknown value means the default, `loginInteractiveShell` */
  userEnvProbe?: string;
}

/** The same timeout as in the dev container CLI: startup files can wait for input or never end. */
const probeMs = 10_000;

export interface FoundEnvironment {
  variables: Record<string, string>;
  /** false if something other than the startup files failed, so that it is worth trying again */
  isFinal: boolean;
}

/**
 * Returns the environment that `devcontainer exec` would give to a program in a running container: the container's own, the changes
 * that the user's shell makes, and `remoteEnv`. Startup files that hang or fail cost 10 s and a note.
 * @throws ENGINE_UNREACHABLE, INTERRUPTED
 */
export async function probeEnvironment(ctx: Context, question: EnvironmentQuestion): Promise<FoundEnvironment> {
  const { container, remoteEnv } = question;
  const { variables, isFinal } = await probeShell(ctx, question);
  return { variables: { ...container.env, ...variables, ...remoteEnv }, isFinal };
}

async function probeShell(ctx: Context, question: EnvironmentQuestion): Promise<FoundEnvironment> {
  const { container, user } = question;
  const mark = randomUUID();
  const plan = planProbe(question.userEnvProbe, mark);
  if (plan === undefined) return { variables: {}, isFinal: true };
  try {
    const limits = { timeoutMs: probeMs, input: "", signal: ctx.signal };
    const { code, stdout } = await ctx.engine.exec(container.id, { command: plan, user }, limits);
    const found = parseProbe(stdout, mark);
    if (found === undefined) {
      note(ctx, question, `the shell's startup files exited with code ${code}`);
      // higher exit codes mean that a signal ended the shell, for example because the container ended
      return { variables: {}, isFinal: code < 128 };
    }
    const { PATH: own } = container.env;
    const path = found.env["PATH"];
    // if `up` could fix /etc/profile, the shell's PATH already has the container's entries
    if (found.profileFixed || path === undefined || own === undefined) return { variables: found.env, isFinal: true };
    const merged = mergePaths(path, own, user === "root" || user === "0");
    return { variables: { ...found.env, PATH: merged }, isFinal: true };
  } catch (error) {
    if (!(error instanceof CoworkError) || !["TIMEOUT", "ENGINE_FAILED"].includes(error.code)) throw error;
    const tookTooLong = error.code === "TIMEOUT";
    const hangs = "the shell's startup files take longer than 10 s; do they wait for input?";
    note(ctx, question, tookTooLong ? hangs : error.message);
    return { variables: {}, isFinal: tookTooLong };
  }
}

function note(ctx: Context, { container, user }: EnvironmentQuestion, why: string): void {
  const detail = `could not read the environment of ${user} from a shell, using the container's own: ${why}`;
  ctx.log(detail);
  ctx.report({ session: container.labels["cowork.name"] ?? "", step: "container", state: "note", detail });
}
