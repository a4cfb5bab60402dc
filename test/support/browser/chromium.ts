import { access, mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { lock } from "proper-lockfile";
import { testCache } from "../home/test-cache.ts";

// Debian's Chromium: the one of the machine, else unpacked into the tests' cache, which needs no root.

const inPath = ["chromium", "chromium-browser", "google-chrome"];

export interface Chromium {
  path: string;
  env: Record<string, string>;
}

/** Finds Chromium, or brings it to the machine. Throws if neither works: no test is left out for want of a browser. */
export async function ensureChromium(): Promise<Chromium> {
  const found = await findInPath();
  if (found !== undefined) return { path: found, env: {} };
  if (process.getuid?.() === 0) {
    await aptGet("update");
    await aptGet("install", "--no-install-recommends", "chromium", "fonts-dejavu-core");
    const installed = await findInPath();
    if (installed === undefined) throw new Error("apt-get installed chromium, and it is not in the PATH");
    return { path: installed, env: {} };
  }
  return await unpackedChromium();
}

async function findInPath(): Promise<string | undefined> {
  for (const name of inPath) {
    const { stdout, exitCode } = await execa("sh", ["-c", `command -v ${name}`], { reject: false });
    if (exitCode === 0) return stdout.trim();
  }
  return undefined;
}

async function aptGet(...args: string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await execa("apt-get", ["-q", "-y", "-o", "DPkg::Lock::Timeout=300", ...args], { env, timeout: 600_000 });
}

/** The packages that Chromium needs and that the machine has not, unpacked beside each other. */
async function unpackedChromium(): Promise<Chromium> {
  const cache = testCache;
  await mkdir(cache, { recursive: true });
  const root = join(cache, "chromium");
  const release = await lock(cache, { lockfilePath: join(cache, "chromium.lock"), stale: 300_000, retries: 300 });
  try {
    if (!(await exists(join(root, "usr/lib/chromium/chromium")))) await unpack(cache, root);
  } finally {
    await release();
  }
  const lib = (await readdir(join(root, "usr/lib"))).filter((name) => name.endsWith("-linux-gnu"));
  const folders = lib.flatMap((name) => [
    join(root, "usr/lib", name),
    join(root, "usr/lib", name, "pulseaudio"),
    join(root, "lib", name),
  ]);
  return {
    path: join(root, "usr/lib/chromium/chromium"),
    env: { LD_LIBRARY_PATH: folders.join(":"), XDG_DATA_DIRS: join(root, "usr/share") },
  };
}

async function unpack(cache: string, root: string): Promise<void> {
  const work = await mkdtemp(join(cache, "chromium-"));
  try {
    const { stdout } = await execa(
      "apt-get",
      ["-s", "-o", "Debug::NoLocking=1", "install", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
      { env: { LC_ALL: "C" } },
    );
    const packages = [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name = ""]) => name);
    await execa("apt-get", ["download", ...packages], { cwd: work, timeout: 600_000 });
    const unpacked = join(work, "root");
    await mkdir(unpacked);
    for (const name of await readdir(work)) {
      if (name.endsWith(".deb")) await execa("dpkg", ["-x", join(work, name), unpacked]);
    }
    await rename(unpacked, root);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
