import { createHash } from "node:crypto";
import type { Finding } from "../events.ts";
import { isWithin } from "./source/tree-path.ts";
import type { BuildInput, ConfigSource, Json } from "./types.ts";

/** Everything in a configuration that the user agrees to. */
export interface Trusted {
  source: ConfigSource;
  config: Json;
  /** paths in the source: config, lock file, local features, Compose files and what they name, files of initializeCommand */
  files: readonly string[];
  builds: readonly BuildInput[];
  findings: readonly Finding[];
}

async function leadsElsewhere(source: ConfigSource, path: string): Promise<boolean> {
  const found = await source.follow?.(path);
  return found !== undefined && "path" in found && found.path !== path;
}

/**
 * A hash that changes if and only if something changes that the host would evaluate. It does not depend on where the tree comes
 * from: the clone of a commit has the same hash as the commit.
 */
export async function trustHash({ source, config, files, builds, findings }: Trusted): Promise<string> {
  const paths = new Set([...files, ...builds.flatMap(({ context, dockerfile }) => [context, dockerfile])]);
  const hashes: Record<string, string> = {};
  for (const path of [...paths].toSorted()) {
    // The hash of a folder covers everything in it, but not the targets of its links.
    const covered = [...paths].some((other) => other !== path && isWithin(path, other));
    if (!covered || (await leadsElsewhere(source, path))) hashes[path] = await source.hash(path);
  }
  const shown = findings.map(({ where, what }) => [where, what]);
  return createHash("sha256").update(JSON.stringify({ config, hashes, builds, shown })).digest("hex");
}
