import { createHash } from "node:crypto";
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, join } from "node:path";
import { execa } from "execa";

/**
 * Fills `folder` with links to this machine's programs except `missing`. As PATH it simulates a machine that lacks them.
 * Programs in sbin stay reachable, because install.sh searches there on its own.
 */
export async function pathWithout(folder: string, missing: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const source of ["/usr/local/bin", "/usr/bin", "/bin"]) {
    for (const name of await readdir(source)) {
      if (!missing.includes(name)) await symlink(join(source, name), join(folder, name)).catch(() => undefined);
    }
  }
  return folder;
}

/** Writes a `node` that fails the version check and otherwise works, so that npm can run on it. */
export async function oldNode(folder: string): Promise<void> {
  await writeFile(join(folder, "node"), `#!/bin/sh\n[ "$1" = -e ] && exit 1\nexec ${process.execPath} "$@"\n`, {
    mode: 0o755,
  });
}

export interface Mirror {
  url: string;
  /** publishes a wrong checksum */
  forge(): Promise<void>;
  close(): Promise<void>;
}

/** Writes what nodejs.org has for a release: the tests' Node as an archive, with an npm that only prints its name, and its checksum. */
export async function nodeRelease(folder: string): Promise<{ archive: string; sums: string }> {
  const arch = process.arch === "arm64" ? "arm64" : "x64";
  const release = `node-${process.version}-linux-${arch}`;
  const bin = join(folder, release, "bin");
  await mkdir(bin, { recursive: true });
  await copyFile(process.execPath, join(bin, "node"));
  await writeFile(join(bin, "npm"), "#!/bin/sh\necho npm of the mirror\n", { mode: 0o755 });
  const archive = join(folder, `${release}.tar.gz`);
  await execa("tar", ["-C", folder, "--use-compress-program", "gzip -1", "-cf", archive, release]);
  const digest = createHash("sha256")
    .update(await readFile(archive))
    .digest("hex");
  const sums = join(folder, "SHASUMS256.txt");
  await writeFile(sums, `${"0".repeat(64)}  node-${process.version}.pkg\n${digest}  ${basename(archive)}\n`);
  return { archive, sums };
}

/** A fake nodejs.org: serves the tests' Node. */
export async function nodeMirror(folder: string): Promise<Mirror> {
  const { archive, sums } = await nodeRelease(folder);
  const answer = async (url: string): Promise<Buffer> => {
    const [, line, name] = url.split("/");
    if (line !== "latest-v24.x" || name === undefined) throw new Error(`no such page: ${url}`);
    return readFile(join(folder, basename(name)));
  };
  const server = createServer((request, response) => {
    answer(request.url ?? "").then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forge: () => writeFile(sums, `${"0".repeat(64)}  ${basename(archive)}\n`),
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
