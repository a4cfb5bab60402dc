import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeBundle } from "../../clone/exchange/make-bundle.ts";
import { completeHistory } from "../../clone/make/partial.ts";
import { readProjectRefs } from "../../clone/git/project-refs.ts";
import { storeOffers } from "../../contract/remote/offers.ts";
import type { Outputs } from "../../contract/remote/rpc.ts";
import type { StoredIdentity } from "../../contract/remote/store.ts";
import type { ProjectFacts, Source } from "../../project/types.ts";
import type { Context } from "../../system/context.ts";
import { ensureFolder, pathExists } from "../../system/files/files.ts";
import { hashFile } from "../../system/files/hash-file.ts";
import { withLock } from "../../system/locks.ts";
import { removeOld } from "../../system/files/remove-old.ts";
import { removeTree } from "../../system/files/tree.ts";
import { ask } from "./answers.ts";
import type { Link } from "./link.ts";
import { sendLfs } from "./send-lfs.ts";
import { invalid } from "./sanitize.ts";

/**
 * Sends what the host's store lacks of the project: all branches and tags, and the given commits. Continues an interrupted
 * transfer.
 * @returns the project's source on the host
 */
export async function sendProject(
  ctx: Context,
  link: Link,
  project: { facts: ProjectFacts; source: Source; commits: readonly string[] },
): Promise<Source> {
  const { facts, source, commits } = project;
  const known = await readProjectRefs(ctx, source);
  const { refs, current, config, objectFormat, shallow, notes } = known;
  const identity = {
    name: facts.name,
    rootCommit: facts.rootCommit,
    objectFormat,
    ...(shallow === undefined ? {} : { shallow: Buffer.from(shallow).toString("latin1") }),
  };
  const oids = [...new Set([...refs.map(({ oid }) => oid), ...commits])];
  const askLacking = async (): Promise<Outputs<typeof storeOffers>["storeLacks"]> => {
    const answer = await ask(link.peer, storeOffers, "storeLacks", identity, oids);
    // The host gets only what this command needs, and nothing else of the repository.
    if (!answer.lacks.every((oid) => oids.includes(oid))) throw invalid("a request for commits that were not offered");
    return answer;
  };
  const { lacks, gitDir } = await askLacking();
  if (lacks.length > 0) {
    await completeHistory(ctx, source, config, commits);
    const lock = `outgoing-${hashOfText([link.connection.host, source.gitDir])}`;
    await withLock(ctx, lock, { waitMs: 60 * 60_000, what: "this project's transfer" }, async () => {
      // Another command may have sent them in the meantime.
      const now = await askLacking();
      if (now.lacks.length > 0) await sendBundle(ctx, link, { identity, source, ...now });
    });
  }
  await sendLfs(ctx, link, identity, source);
  return {
    kind: "store",
    gitDir,
    project: { refs, config, notes, ...(current === undefined ? {} : { current }) },
  };
}

const keepMs = 7 * 24 * 3600_000;

interface Sending {
  identity: StoredIdentity;
  source: Source;
  lacks: string[];
  have: string[];
}

async function sendBundle(ctx: Context, link: Link, { identity, source, lacks, have }: Sending): Promise<void> {
  const note = (detail: string): void => ctx.report({ session: "", step: "plan", state: "note", detail });
  // Reuse the bundle of an interrupted transfer: a new one would have different bytes.
  const id = hashOfText([source.gitDir, identity.rootCommit, lacks.toSorted(), have.toSorted()]);
  const file = join(ctx.paths.lib, "remote", "outgoing", `${id}.bundle`);
  await withLock(ctx, `bundle-${id}`, { waitMs: 60 * 60_000, what: "this project's transfer" }, async () => {
    if (!(await pathExists(file)) && !(await bundleInto(ctx, source, { oids: lacks, have }, file))) return;
    const { size } = await stat(file);
    const sha256 = await hashFile(file);
    // The upload is named after its content: bundles of the same commits from another machine differ.
    const upload = { id: sha256.slice(0, 32), bytes: size, sha256 };
    const there = await ask(link.peer, storeOffers, "storeHas", identity, upload.id);
    const from = Number.isSafeInteger(there) ? Math.min(Math.max(there, 0), size) : 0;
    note(`sending the project: ${megabytes(size - from)}${from > 0 ? `, ${megabytes(from)} already sent` : ""}`);
    const stream = link.nextStream();
    const taken = ask(link.peer, storeOffers, "storeTake", identity, upload, stream);
    await Promise.all([taken, link.streams.pump(stream, createReadStream(file, { start: from }))]);
    await removeTree(file);
  });
}

function hashOfText(of: unknown): string {
  return createHash("sha256").update(JSON.stringify(of)).digest("hex").slice(0, 32);
}

async function bundleInto(
  ctx: Context,
  source: Source,
  options: { oids: string[]; have: string[] },
  file: string,
): Promise<boolean> {
  const folder = `${file}.tmp`;
  await ensureFolder(dirname(file), { mode: 0o700 });
  // bundles of interrupted transfers that were never continued
  await removeOld(ctx, dirname(file), keepMs);
  await removeTree(folder);
  await ensureFolder(folder, { mode: 0o700 });
  try {
    const made = await makeBundle(ctx, source, options, folder);
    if (made !== undefined) await rename(made, file);
    return made !== undefined;
  } finally {
    await removeTree(folder);
  }
}

function megabytes(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
