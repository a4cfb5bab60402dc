import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { asRoot } from "../home/as-root.ts";
import { keptArchives } from "../home/test-cache.ts";
import { tree } from "../git/tree.ts";

/** The image that test projects start from: Debian with git and the CA bundle's package, nothing else. */
export const testBaseImage = "cowork-test-base:trixie";

/** Starts the engine if it does not respond, with install.sh as a user would. */
export async function ensureEngine(): Promise<void> {
  const { exitCode } = await execa("docker", ["version"], { reject: false, timeout: 30_000 });
  if (exitCode === 0) return;
  await execa(join(tree, "install.sh"), ["--engine-only", "--yes"], {
    timeout: 300_000,
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/**
 * Makes sure that the tests' base image exists. It is built locally, so that tests need no registry and never use a foreign image.
 * The image stays on the engine for the next run, and as an archive for the next engine on this machine.
 */
export async function ensureTestBaseImage(): Promise<string> {
  if (await hasImage(testBaseImage)) return testBaseImage;
  const [archive] = await keptArchives();
  if (archive === undefined) await bootstrap();
  else await execa("docker", ["load", "-q", "-i", archive], { timeout: 300_000 });
  return testBaseImage;
}

/** Makes sure that an image without git exists, because many projects use one. */
export async function ensureImageWithoutGit(): Promise<string> {
  const image = "cowork-test-no-git:trixie";
  if (await hasImage(image)) return image;
  const dockerfile = `FROM ${await ensureTestBaseImage()}\nRUN rm /usr/bin/git\nLABEL cowork.test=no-git\n`;
  await execa("docker", ["build", "-t", image, "-"], { input: dockerfile, timeout: 300_000 });
  return image;
}

export async function hasImage(ref: string): Promise<boolean> {
  const { exitCode } = await execa("docker", ["image", "inspect", ref], { reject: false });
  return exitCode === 0;
}

async function bootstrap(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "cowork-test-base-"));
  try {
    const system = join(folder, "system");
    await asRoot("debootstrap", ["--variant=minbase", "--include=git,ca-certificates", "trixie", system], {
      timeout: 600_000,
    });
    const archive = join(folder, "system.tar");
    await asRoot("tar", ["-C", system, "-cf", archive, "."]);
    await asRoot("chmod", ["644", archive]);
    await execa("docker", [
      "import",
      "--change",
      "LABEL cowork.test=base",
      "--change",
      'CMD ["/bin/bash"]',
      archive,
      testBaseImage,
    ]);
  } finally {
    await asRoot("rm", ["-rf", folder]);
    await rm(folder, { recursive: true, force: true });
  }
}
