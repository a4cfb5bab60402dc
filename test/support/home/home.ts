import { copyFile, mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { homeId } from "../../../src/system/home-id.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { asRoot } from "./as-root.ts";
import { builtFile } from "./built-file.ts";
import { placeAgents } from "./kept-agents.ts";
import { removeFromEngine } from "../engine/remove-from-engine.ts";
import { here, type There } from "../remote/there.ts";

/** A user's account as tests see it: a home folder with a git identity, cowork on the PATH, nothing else of ours. */
export interface TestHome {
  /** everything of it lies below this folder */
  folder: string;
  /** $HOME */
  home: string;
  /** $COWORK_HOME */
  coworkHome: string;
  /** value of the label `cowork.home` */
  hash: string;
  /** folder with `cowork` in it, first on the PATH of `runCowork` */
  bin: string;
  /** turns a command line into one that runs as the account's user */
  asUser(argv: readonly string[]): string[];
  /** added to the environment of its programs */
  env?: Record<string, string>;
  /** the machine that its sessions live on */
  there: There;
  /** the numbers that own the files, where they are not the tests' own */
  owner?: { uid: number; gid: number };
  /** takes away all of it, in the engine too */
  remove(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export const gitIdentity = { name: "Test Person", email: "test.person@example.invalid" };

/** A temporary account of the user who runs the tests. The caller removes it (or declares it with `await using`). */
export async function temporaryHome(): Promise<TestHome> {
  const folder = await mkdtemp(join(tmpdir(), "cowork-test-"));
  const home = join(folder, "home");
  await furnish(folder, home, symlink);
  await placeAgents(coworkOf(home));
  const coworkHome = coworkOf(home);
  const hash = homeId(coworkPaths(coworkHome));
  const remove = async (): Promise<void> => {
    await removeFromEngine(hash);
    await asRoot("rm", ["-rf", folder]);
  };
  return {
    folder,
    home,
    coworkHome,
    hash,
    bin: join(folder, "bin"),
    asUser: (argv) => [...argv],
    there: here({ coworkHome, hash }),
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

export function coworkOf(home: string): string {
  return join(home, ".cowork");
}

/**
 * What install.sh leaves on a machine: the built file in a folder of the PATH, Node in cowork's home; and the git identity
 * that a person has. `place` copies or links the (large) program of Node.
 */
export async function furnish(
  folder: string,
  home: string,
  place: (from: string, to: string) => Promise<void>,
): Promise<void> {
  const node = coworkPaths(coworkOf(home)).node;
  await mkdir(join(folder, "bin"), { recursive: true });
  await mkdir(join(node, "bin"), { recursive: true });
  await copyFile(builtFile, join(folder, "bin", "cowork"));
  await place(process.execPath, join(node, "bin", "node"));
  await writeFile(join(home, ".gitconfig"), `[user]\n\tname = ${gitIdentity.name}\n\temail = ${gitIdentity.email}\n`);
}
