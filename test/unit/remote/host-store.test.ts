import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeBundle } from "../../../src/clone/exchange/make-bundle.ts";
import type { Source } from "../../../src/project/types.ts";
import { dropCarried, takeCarried } from "../../../src/remote/server/carried.ts";
import { findLacking, type StoredIdentity, takeBundle, uploadedBytes } from "../../../src/remote/server/store.ts";
import { gitWorkshop, type GitWorkshop } from "../../support/git/git-project.ts";

let shop: GitWorkshop;
let root: string;
beforeEach(async () => {
  shop = await gitWorkshop();
  root = await shop.project();
});
afterEach(async () => await shop.end());

const source = (folder: string): Source => ({ kind: "repository", root: folder, gitDir: join(folder, ".git") });
const store = (): string => shop.context.paths.store("app");
const identityOf = async (folder: string, over: Partial<StoredIdentity> = {}): Promise<StoredIdentity> => ({
  name: "app",
  rootCommit: (await shop.git(folder, "rev-list", "--max-parents=0", "HEAD")).split("\n")[0] ?? "",
  objectFormat: "sha1",
  ...over,
});
const oidsOf = async (folder: string): Promise<string[]> => [
  ...new Set((await shop.git(folder, "for-each-ref", "--format=%(objectname)", "refs/heads", "refs/tags")).split("\n")),
];

let count = 0;
async function bundleOf(folder: string, options: { oids: string[]; have: string[] }): Promise<Buffer | undefined> {
  const temporary = join(shop.root, `bundle-${(count += 1)}`);
  await mkdir(temporary);
  const file = await makeBundle(shop.context, source(folder), options, temporary);
  return file === undefined ? undefined : await readFile(file);
}
const uploadOf = (bytes: Buffer): { id: string; bytes: number; sha256: string } => {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { id: sha256.slice(0, 32), bytes: bytes.length, sha256 };
};

/** Sends everything in a repository as a client does. Returns the number of bytes sent. */
async function send(folder: string, over: Partial<StoredIdentity> = {}): Promise<number> {
  const identity = await identityOf(folder, over);
  const { lacks, have } = await findLacking(shop.context, identity, await oidsOf(folder));
  const bytes = lacks.length === 0 ? undefined : await bundleOf(folder, { oids: lacks, have });
  if (bytes === undefined) return 0;
  await takeBundle(shop.context, identity, uploadOf(bytes), Readable.from([bytes]));
  return bytes.length;
}
/** Does the store have all commits of the repository, complete? */
const hasAll = async (folder: string): Promise<boolean> => {
  const shown = async (where: string, oid: string): Promise<string> =>
    await shop.git(where, "log", "-1", "--format=%T", oid);
  const oids = await oidsOf(folder);
  const same = await Promise.all(oids.map(async (oid) => (await shown(store(), oid)) === (await shown(folder, oid))));
  await shop.git(store(), "fsck", "--strict", "--connectivity-only");
  return same.every(Boolean);
};

describe("the store", () => {
  test("receives a whole project, then only what is new", async () => {
    await shop.sh(root, "head -c 300000 /dev/urandom >big; git add big; git commit -qm big");
    expect(await send(root)).toBeGreaterThan(300_000);
    expect(await hasAll(root)).toBe(true);
    expect(await send(root)).toBe(0);
    await shop.sh(
      root,
      "echo more >more; git add more; git commit -qm more; git checkout -qb side; git commit -qm side --allow-empty",
    );
    const news = await send(root);
    expect(news).toBeGreaterThan(0);
    expect(news).toBeLessThan(5000);
    expect(await hasAll(root)).toBe(true);
  });

  test("receives annotated tags, and a branch at an older commit without a transfer", async () => {
    await shop.sh(root, "git tag -a v1 -m one; git commit -q --allow-empty -m two; git tag light");
    await send(root);
    expect(await hasAll(root)).toBe(true);
    expect(await shop.git(store(), "cat-file", "-t", await shop.git(root, "rev-parse", "v1"))).toBe("tag");
    await shop.sh(root, "git branch old HEAD~1; git tag -a v2 -m two old; git tag again v1");
    expect(await send(root)).toBeLessThan(1000);
    expect(await hasAll(root)).toBe(true);
    await shop.git(root, "branch", "older", "HEAD~1");
    expect(await send(root)).toBe(0);
  });

  test("receives a shallow project, and its new commits", async () => {
    await shop.sh(root, "for n in 2 3 4; do echo $n >f; git add f; git commit -qm $n; done");
    const shallow = join(shop.root, "shallow");
    await shop.sh(
      shop.root,
      `git clone -q --depth 2 file://${root} shallow; git -C shallow commit -q --allow-empty -m own`,
    );
    const cut = (await readFile(join(shallow, ".git/shallow"))).toString();
    const over = { shallow: cut, rootCommit: await shop.git(root, "rev-list", "--max-parents=0", "HEAD") };
    await send(shallow, over);
    expect(await hasAll(shallow)).toBe(true);
    await shop.sh(shallow, "git commit -q --allow-empty -m more");
    await send(shallow, over);
    expect(await hasAll(shallow)).toBe(true);
  });

  test("continues an interrupted transfer", async () => {
    await shop.sh(root, "head -c 200000 /dev/urandom >big; git add big; git commit -qm big");
    const identity = await identityOf(root);
    const { lacks, have } = await findLacking(shop.context, identity, await oidsOf(root));
    const bytes = (await bundleOf(root, { oids: lacks, have }))!;
    const upload = uploadOf(bytes);
    expect(await uploadedBytes(shop.context, identity, upload.id)).toBe(0);
    const part = takeBundle(shop.context, identity, upload, Readable.from([bytes.subarray(0, 70_000)]));
    await expect(part).rejects.toMatchObject({ code: "HOST_UNREACHABLE" });
    expect(await uploadedBytes(shop.context, identity, upload.id)).toBe(70_000);
    await takeBundle(shop.context, identity, upload, Readable.from([bytes.subarray(70_000)]));
    expect(await hasAll(root)).toBe(true);
    expect(await readdir(join(store(), "cowork-incoming"))).toEqual([]);
  });

  test("refuses data that was damaged, and starts again after that", async () => {
    const identity = await identityOf(root);
    const oids = await oidsOf(root);
    const { have } = await findLacking(shop.context, identity, oids);
    const bytes = (await bundleOf(root, { oids, have }))!;
    const spoiled = Buffer.from(bytes);
    spoiled[spoiled.length - 3]! ^= 1;
    const wrong = takeBundle(shop.context, identity, uploadOf(bytes), Readable.from([spoiled]));
    await expect(wrong).rejects.toMatchObject({ code: "GIT_FAILED", hint: expect.any(String) as string });
    const long = takeBundle(shop.context, identity, uploadOf(bytes), Readable.from([bytes, bytes]));
    await expect(long).rejects.toMatchObject({ code: "GIT_FAILED" });
    expect(await shop.git(store(), "for-each-ref")).toBe("");
    expect(await uploadedBytes(shop.context, identity, uploadOf(bytes).id)).toBe(0);
    await takeBundle(shop.context, identity, uploadOf(bytes), Readable.from([bytes]));
    expect(await hasAll(root)).toBe(true);
  });

  test("belongs to one repository: another one with that name is refused and changes nothing", async () => {
    await send(root);
    await shop.sh(shop.root, "mkdir x; cd x; git init -q; echo other >o; git add o; git commit -qm other");
    await expect(send(join(shop.root, "x"))).rejects.toMatchObject({ code: "PROJECT_NAME_TAKEN" });
    expect(await hasAll(root)).toBe(true);
  });

  test.each(["../x", ".git", "", "a/b", "/etc", "-x", "a\nb"])("refuses the name %j", async (name) => {
    const identity = await identityOf(root, { name });
    await expect(findLacking(shop.context, identity, [])).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    await expect(uploadedBytes(shop.context, identity, "0".repeat(32))).rejects.toMatchObject({
      code: "REQUEST_INVALID",
    });
  });

  test.each(["../../x", "short", "g".repeat(32), "0".repeat(32) + "/x"])("rejects the transfer id %s", async (id) => {
    await send(root);
    const upload = { id, bytes: 1, sha256: "0".repeat(64) };
    const taken = takeBundle(shop.context, await identityOf(root), upload, Readable.from([Buffer.from("x")]));
    await expect(taken).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  });

  test("receives the work of two machines at the same time", async () => {
    await shop.sh(
      shop.root,
      "git clone -q app two; git -C two commit -q --allow-empty -m two; git -C app commit -q --allow-empty -m one",
    );
    await Promise.all([send(root), send(join(shop.root, "two")), send(root)]);
    expect(await hasAll(root)).toBe(true);
    expect(await hasAll(join(shop.root, "two"))).toBe(true);
  });

  test("receives the same transfer twice at the same time", async () => {
    await shop.sh(root, "head -c 200000 /dev/urandom >big; git add big; git commit -qm big");
    const identity = await identityOf(root);
    const { lacks, have } = await findLacking(shop.context, identity, await oidsOf(root));
    const bytes = (await bundleOf(root, { oids: lacks, have }))!;
    const slowly = async function* (): AsyncGenerator<Buffer> {
      for (let from = 0; from < bytes.length; from += 20_000) {
        await new Promise((done) => setTimeout(done, 3));
        yield bytes.subarray(from, from + 20_000);
      }
    };
    const upload = uploadOf(bytes);
    const both = [0, 1].map(() => takeBundle(shop.context, identity, upload, Readable.from(slowly())));
    await Promise.all(both);
    expect(await hasAll(root)).toBe(true);
    expect(await readdir(join(store(), "cowork-incoming"))).toEqual([]);
  });
});

describe("an archive of uncommitted files", () => {
  let id = "";
  let ids = 0;
  interface Entry {
    name: string;
    type?: "file" | "symlink" | "link" | "directory" | "fifo";
    linkname?: string;
    content?: string;
    mode?: number;
  }
  async function archive(entries: Entry[]): Promise<Readable> {
    const made = pack();
    for (const { name, type = "file", linkname, content = "x", mode = 0o644 } of entries) {
      const header = { name, type, mode, ...(linkname === undefined ? {} : { linkname }) };
      made.entry(header, type === "file" ? content : "");
    }
    made.finalize();
    return Readable.from([await buffer(made as unknown as AsyncIterable<Buffer> as never)]);
  }
  const take = async (entries: Entry[]): Promise<string> => {
    id = (ids += 1).toString(16).padStart(32, "0");
    return await takeCarried(shop.context, id, await archive(entries));
  };

  test("arrives unchanged, and does not affect other transfers", async () => {
    const folder = await take([
      { name: ".env", content: "A=1\n", mode: 0o600 },
      { name: "a/b/run", content: "", mode: 0o755 },
      { name: "link", type: "symlink", linkname: "a/b/run" },
    ]);
    expect(await readFile(join(folder, ".env"), "utf8")).toBe("A=1\n");
    expect((await readdir(folder, { recursive: true })).toSorted()).toEqual([".env", "a", "a/b", "a/b/run", "link"]);
    const second = await take([{ name: "only" }]);
    expect(await readdir(second)).toEqual(["only"]);
    // Only its own folder is removed.
    await dropCarried(shop.context, join(folder, ".."));
    await dropCarried(shop.context, shop.root);
    await dropCarried(shop.context, second);
    expect(await readdir(join(folder, ".."))).toEqual([basename(folder)]);
    const again = takeCarried(shop.context, basename(folder), await archive([{ name: "x" }]));
    await expect(again).rejects.toThrow(/EEXIST/);
  });

  test.each<[string, Entry[]]>([
    ["a parent path", [{ name: "../out" }]],
    ["a nested parent path", [{ name: "a/../../out" }]],
    ["an absolute path", [{ name: "/tmp/cowork-carried-out" }]],
    ["a dot", [{ name: "./out" }]],
    ["a path through a link to outside", [{ name: "l", type: "symlink", linkname: "../../.." }, { name: "l/out" }]],
    [
      "a path through an absolute link",
      [{ name: "l", type: "symlink", linkname: tmpdir() }, { name: "l/cowork-carried-out" }],
    ],
    [
      "a path through a chain of links",
      [
        { name: "a", type: "symlink", linkname: ".." },
        { name: "b", type: "symlink", linkname: "a" },
        { name: "b/out" },
      ],
    ],
    [
      "a file over a link",
      [
        { name: "l", type: "symlink", linkname: "../out" },
        { name: "l", content: "mine" },
      ],
    ],
    ["a hard link", [{ name: "h", type: "link", linkname: "/etc/passwd" }]],
    ["a device or pipe", [{ name: "p", type: "fifo" }]],
    ["a duplicate name", [{ name: "x" }, { name: "x" }]],
  ])("with %s is refused", async (_, entries) => {
    await expect(take(entries)).rejects.toThrow(/carried file|EEXIST/);
    expect(await shop.sh(shop.root, "find . -name '*out'")).toBe("");
    expect(await readdir(tmpdir())).not.toContain("cowork-carried-out");
  });

  test("with an id that is not hex is refused", async () => {
    for (const bad of ["../../x", "", "short", "/etc"])
      await expect(takeCarried(shop.context, bad, await archive([]))).rejects.toMatchObject({
        code: "REQUEST_INVALID",
      });
  });

  test("that is interrupted is an error, and the next one is complete", async () => {
    const whole = await buffer(await archive([{ name: "a", content: "x".repeat(100_000) }]));
    const broken = takeCarried(shop.context, "f".repeat(32), Readable.from([whole.subarray(0, 50_000)]));
    await expect(broken).rejects.toThrow(/end of data/);
    const folder = await take([{ name: "a", content: "whole" }]);
    expect(await readFile(join(folder, "a"), "utf8")).toBe("whole");
  });

  test("older than a day is removed, and a link in its place is not followed", async () => {
    const parent = join(shop.context.paths.home, "projects", "carried");
    await take([{ name: "a" }]);
    await symlink(shop.root, join(parent, "e".repeat(32)));
    await writeFile(join(shop.root, "precious"), "x");
    shop.context.clock = { ...shop.context.clock, now: () => new Date(Date.now() + 48 * 3600_000) };
    await take([{ name: "b" }]);
    expect(await readdir(parent)).toEqual([id]);
    expect(await readdir(shop.root)).toContain("precious");
  });
});
