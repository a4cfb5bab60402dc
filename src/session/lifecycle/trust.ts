import { createHash } from "node:crypto";
import { CoworkError } from "../../errors.ts";
import type { Finding } from "../../events.ts";
import type { ProjectFacts } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";

type ProjectIdentity = Pick<ProjectFacts, "name" | "root">;

/**
 * Makes sure that the user has agreed to everything of a configuration that reaches the host; nothing to agree to asks
 * nothing. The answer is remembered on the user's side, by project and hash.
 * @throws TRUST_REQUIRED when the user says no, or cannot be asked
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
    `The dev container configuration of ${name} reaches this host, and it was not agreed to.`,
    {
      hint: "read what it asks for; then run the same command with --trust",
    },
  );
}

/** What an image's label asks for is known only once it is built: a question of its own, for its own content. */
export function findingsHash(findings: readonly Finding[]): string {
  const lines = findings.map((finding) => `${finding.where}\0${finding.what}`).toSorted();
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

export function isAgreed({ where, what }: Finding, agreed: readonly Finding[]): boolean {
  return agreed.some((one) => one.where === where && one.what === what);
}
