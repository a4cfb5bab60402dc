import { copyFile, mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { homeId } from "../../../src/system/home-id.ts";
import { coworkPaths } from "../../../src/system/paths.ts";
import { asRoot } from "./as-root.ts";
import { builtFile } from "./built-file.ts";
import { placeAgents } from "./kept-agents.ts";
import { removeFromEngine } from "../engine/remove-from-engine.ts";
import { thisMachine, type SessionMachine } from "../remote/session-machine.ts";

/** A user's account: a home folder with a git identity, and cowork on the PATH. */
export interface TestHome {
  /** folder that contains everything of the account */
  folder: string;
  /** $HOME */
  home: string;
  /** $COWORK_HOME */
  coworkHome: string;
  /** value of the label `cowork.home` */
  hash: string;
  /** folder that contains `cowork`, first on the PATH of `runCowork` */
  bin: string;
  /** wraps a command line so that it runs as the account's user */
  asUser(argv: readonly string[]): string[];
  /** added to the environment of the user's programs */
  env?: Record<string, string>;
  /** the machine that the account's sessions are on */
  machine: SessionMachine;
  /** ids of the files' owner, if other than the tests' user */
  owner?: { uid: number; gid: number };
  /** removes everything of the account, on the engine too */
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
    machine: thisMachine({ coworkHome, hash }),
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

export function coworkOf(home: string): string {
  return join(home, ".cowork");
}

/**
 * Installs what install.sh does (the built file in a folder of the PATH, Node in cowork's home) and writes a git identity.
 * @param place copies or links Node's (large) program
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
