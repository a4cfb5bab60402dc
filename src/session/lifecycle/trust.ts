import { createHash } from "node:crypto";
import { CoworkError } from "../../errors.ts";
import type { Finding } from "../../events.ts";
import type { ProjectFacts } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";

type ProjectIdentity = Pick<ProjectFacts, "name" | "root">;

/**
 * Makes sure that the user has agreed to everything in a configuration that reaches the host; without findings nothing is asked.
 * The client stores the answer, by project and hash.
 * @throws TRUST_REQUIRED if the user says no, or cannot be asked
 */
export async function agree(
  ctx: Pick<Context, "ask">,
  project: ProjectIdentity,
  request: { findings: Finding[]; hash: string },
): Promise<void> {
  if (request.findings.length === 0) return;
  const { name, root } = project;
  const yes = await ctx.ask({
    kind: "trust",
    project: name,
    projectRoot: root,
    hash: request.hash,
    findings: request.findings,
  });
  if (yes === true) return;
  throw new CoworkError(
    "TRUST_REQUIRED",
    `The dev container configuration of ${name} reaches this host, and you have not agreed to it.`,
    {
      hint: "review what it asks for, then run the same command with --trust",
    },
  );
}

/** An image's label is known only once the image is built, so its findings are a separate question with a hash of their content. */
export function findingsHash(findings: readonly Finding[]): string {
  const lines = findings.map((finding) => `${finding.where}\0${finding.what}`).toSorted();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

export function isAgreed({ where, what }: Finding, agreed: readonly Finding[]): boolean {
  return agreed.some((one) => one.where === where && one.what === what);
}
