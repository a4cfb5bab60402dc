import { posix } from "node:path";
import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { Verdict } from "./verdict.ts";

/** Where cowork's own files lie in every dev container: what is mounted there decides how the agent logs in. */
export const ownPlaces = ["/opt/cowork", "/cowork", "/etc/claude-code"] as const;

/** Is this path one of cowork's own places, or inside one? */
export function isOwnPlace(path: string): boolean {
  const place = normal(path);
  return ownPlaces.some((own) => place === own || place.startsWith(`${own}/`));
}

/** Does one of cowork's own places lie inside this folder? */
export function holdsOwnPlace(path: string): boolean {
  const place = normal(path);
  return place === "/" || ownPlaces.some((own) => own.startsWith(`${place}/`));
}

/**
 * Judges where something is mounted. On cowork's own files nothing can be mounted: no question, an error. What is mounted
 * on a folder above them lies below them, because the engine mounts from the outside in, but others could take the folder away
 * from under them: a question.
 * @param target as written, `${…}` included
 * @throws DEVCONTAINER_INVALID
 */
export function judgeTarget(verdict: Verdict, where: string, text: string, target: string): void {
  const path = substituted(target, verdict.workspaceFolder);
  if (isOwnPlace(path)) {
    const own = ownPlaces.join(", ");
    throw new CoworkError(
      "DEVCONTAINER_INVALID",
      `${plain(`${verdict.subject}: ${where}`)}: the target ${plain(target)} is kept for cowork's own files: ${plain(text)}`,
      { hint: `choose another target: ${own} and everything below them are cowork's` },
    );
  }
  if (holdsOwnPlace(path)) verdict.add(where, text, "is mounted above cowork's own files in the container");
}

/** What @devcontainers/cli puts in, as far as it is known before there is a session. */
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

/** The name of a session's folder is `{project}-{session}`, whatever somebody called them; all others hold no variable or differ. */
function asOwnName(segment: string): string {
  if (!segment.includes("${localWorkspaceFolderBasename}")) return segment;
  const [before = "", after = ""] = segment.split("${localWorkspaceFolderBasename}", 2);
  const names = ownPlaces.flatMap((own) => own.split("/"));
  const could = names.find((name) => name.includes("-") && name.startsWith(before) && name.endsWith(after));
  return could ?? segment;
}

function normal(path: string): string {
  return posix.normalize(`/${path}`).replace(/(?<=.)\/+$/, "");
}
