import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { makeBundle } from "../../clone/make-bundle.ts";
import { readProjectRefs } from "../../clone/project-refs.ts";
import type { ProjectFacts, Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, pathExists } from "../../system/files.ts";
import { withLock } from "../../system/locks.ts";
import { removeTree } from "../../system/tree.ts";
import { answers } from "./answers.ts";
import type { Link } from "./link.ts";
import { sendLfs } from "./send-lfs.ts";

/**
 * Brings to the host's store what it lacks of the project: every branch and tag, and the commits that are named besides. What
 * a broken transfer left there is taken up again.
 * @returns the project as the host's part takes it
 */
export async function sendProject(
  ctx: Context,
  link: Link,
  project: { facts: ProjectFacts; source: Source; commits: readonly string[] },
): Promise<Source> {
  const { facts, source, commits } = project;
  const known = await readProjectRefs(ctx, source);
  const { refs, current, config, objectFormat, shallow } = known;
  const identity = {
    name: facts.name,
    rootCommit: facts.rootCommit,
    objectFormat,
    ...(shallow === undefined ? {} : { shallow: Buffer.from(shallow).toString("latin1") }),
  };
  const oids = [...new Set([...refs.map(({ oid }) => oid), ...commits])];
  const { lacks, have, gitDir } = answers.lacking(
    await link.peer.call("storeLacks", identity, oids),
    link.connection.host,
  );
  if (lacks.length > 0) await sendBundle(ctx, link, { identity, source, lacks, have });
  await sendLfs(ctx, link, identity, source);
  return {
    kind: "store",
    gitDir,
    project: { refs, config, ...(current === undefined ? {} : { current }) },
  };
}

interface Sending {
  identity: { name: string; rootCommit: string };
  source: Source;
  lacks: string[];
  have: string[];
}

async function sendBundle(ctx: Context, link: Link, { identity, source, lacks, have }: Sending): Promise<void> {
  const note = (detail: string): void => ctx.report({ session: "", step: "plan", state: "note", detail });
  // The same bundle again where the last transfer broke: a new one would have other bytes.
  const key = createHash("sha256")
    .update(JSON.stringify([source.gitDir, identity.rootCommit, lacks.toSorted(), have.toSorted()]))
    .digest("hex")
    .slice(0, 32);
  const file = join(ctx.paths.lib, "remote", "outgoing", `${key}.bundle`);
  await withLock(ctx, `outgoing-${key}`, { waitMs: 60 * 60_000, what: "this project's transfer" }, async () => {
    if (!(await pathExists(file)) && !(await bundleInto(ctx, source, { oids: lacks, have }, file))) return;
    const { size } = await stat(file);
    const sha256 = await hashOf(file);
    // Only the very same bytes are taken up again.
    const id = sha256.slice(0, 32);
    const there = await link.peer.call("storeHas", identity, id);
    const from = typeof there === "number" && there >= 0 && there <= size ? there : 0;
    note(`sending the project: ${megabytes(size - from)}${from > 0 ? `, ${megabytes(from)} is there already` : ""}`);
    const stream = link.nextStream();
    const upload = { id, bytes: size, sha256 };
    const taken = link.peer.call("storeTake", identity, upload, stream);
    await Promise.all([taken, link.streams.pump(stream, createReadStream(file, { start: from }))]);
    await removeTree(file);
  });
}

async function bundleInto(
  ctx: Context,
  source: Source,
  wish: { oids: string[]; have: string[] },
  file: string,
): Promise<boolean> {
  const folder = `${file}.tmp`;
  await ensureFolder(dirname(file), { mode: 0o700 });
  await removeTree(folder);
  await ensureFolder(folder, { mode: 0o700 });
  try {
    const made = await makeBundle(ctx, source, wish, folder);
    if (made !== undefined) await rename(made, file);
    return made !== undefined;
  } finally {
    await removeTree(folder);
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
