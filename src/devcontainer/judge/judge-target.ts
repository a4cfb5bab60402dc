import { posix } from "node:path";
import { policyFolders } from "../../contract/agents.ts";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { Verdict } from "./verdict.ts";

/** Where cowork's own files are in every dev container. A mount there could change how the agent logs in. */
export const reservedFolders: readonly string[] = ["/opt/cowork", "/cowork", ...Object.values(policyFolders)];

/** Is this path one of cowork's own folders, or inside one? */
export function isOwnPlace(path: string): boolean {
  const place = normal(path);
  return reservedFolders.some((own) => place === own || place.startsWith(`${own}/`));
}

/** Is one of cowork's own folders inside this folder? */
export function containsReserved(path: string): boolean {
  const place = normal(path);
  return place === "/" || reservedFolders.some((own) => own.startsWith(`${place}/`));
}

/**
 * Judges the target of a mount. A target inside cowork's own folders is always an error. A target above them is a finding: the
 * engine mounts from the outside in, so cowork's folders are still mounted, but others could move the folder above them.
 * @param target as written, `${…}` included
 * @throws DEVCONTAINER_INVALID
 */
export function judgeTarget(verdict: Verdict, where: string, text: string, target: string): void {
  const path = substituted(target, verdict.workspaceFolder);
  if (isOwnPlace(path)) {
    const own = reservedFolders.join(", ");
    throw new CoworkError(
      "DEVCONTAINER_INVALID",
      `${plain(`${verdict.subject}: ${where}`)}: the target ${plain(target)} is reserved for cowork's own files: ${plain(text)}`,
      { hint: `choose another target: ${own} and everything below are reserved for cowork` },
    );
  }
  if (containsReserved(path)) verdict.add(where, text, "is mounted over the parent folder of cowork's own files");
}

/** Replaces variables as @devcontainers/cli does, as far as their values are known before there is a session. */
function substituted(target: string, workspaceFolder: string | undefined): string {
  const folder = workspaceFolder ?? "/workspaces/${localWorkspaceFolderBasename}";
  return target
    .replaceAll("${containerWorkspaceFolderBasename}", () => posix.basename(folder))
    .replaceAll("${containerWorkspaceFolder}", () => folder)
    .replaceAll("${localWorkspaceFolder}", "/clone")
    .split("/")
    .map(asOwnName)
    .join("/");
}

/**
 * The name of a session's folder is `{project}-{session}`, whatever these are called. All other names have no variable, or differ.
 */
function asOwnName(segment: string): string {
  if (!segment.includes("${localWorkspaceFolderBasename}")) return segment;
  const [before = "", after = ""] = segment.split("${localWorkspaceFolderBasename}", 2);
  const names = reservedFolders.flatMap((own) => own.split("/"));
  const could = names.find((name) => name.includes("-") && name.startsWith(before) && name.endsWith(after));
  return could ?? segment;
}

function normal(path: string): string {
  return posix.normalize(`/${path}`).replace(/(?<=.)\/+$/, "");
}
