import { randomBytes, randomInt } from "node:crypto";
import { copyFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { asRoot } from "./as-root.ts";
import { coworkOf, furnish } from "./home.ts";
import type { TestHome } from "./home.ts";
import { placeAgents } from "./kept-agents.ts";
import { removeFromEngine } from "../engine/remove-from-engine.ts";
import { thisMachine } from "../remote/session-machine.ts";

export interface OrdinaryUser extends TestHome {
  name: string;
  owner: { uid: number; gid: number };
}

/**
 * Creates a temporary account on this machine, in the group docker, with a uid other than root's and the usual 1000. `remove`
 * kills its processes and deletes it. Needs root or password-less sudo.
 */
export async function ordinaryUser(): Promise<OrdinaryUser> {
  const name = `cwt-${randomBytes(4).toString("hex")}`;
  const uid = randomInt(20_000, 50_000);
  const home = join("/home", name);
  await asRoot("useradd", [
    "--create-home",
    "--home-dir",
    home,
    "--uid",
    `${uid}`,
    "--user-group",
    "--groups",
    "docker",
    "--shell",
    "/bin/bash",
    name,
  ]);
  const gid = Number((await execa("id", ["-g", name])).stdout);
  const coworkHome = coworkOf(home);
  // Copies, because the account may have no access to the tests' source tree.
  await furnish(home, home, copyFile);
  await placeAgents(coworkHome, { copy: true });
  // Written as root, because the tests' user may have no write access there.
  const hash = randomBytes(16).toString("hex");
  await asRoot("sh", ["-c", `umask 077; printf '%s\n' ${hash} > ${coworkHome}/home-id`]);
  await asRoot("chown", ["-R", `${uid}:${gid}`, home]);
  const asUser = (argv: readonly string[]): string[] => [
    ...sudo(),
    "setpriv",
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--init-groups",
    "--",
    ...argv,
  ];
  const remove = async (): Promise<void> => {
    await removeFromEngine(hash);
    await endProcessesOf(uid);
    // tmux keeps the sockets of each uid in such a folder
    await asRoot("rm", ["-rf", home, `/tmp/tmux-${uid}`]);
    await asRoot("userdel", [name]);
  };
  return {
    name,
    folder: home,
    home,
    coworkHome,
    hash,
    bin: join(home, "bin"),
    owner: { uid, gid },
    asUser,
    machine: thisMachine({ coworkHome, hash }),
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

function sudo(): string[] {
  return process.getuid?.() === 0 ? [] : ["sudo", "-n", "--preserve-env", "--"];
}

/** Kills only processes of the account that this file created. */
async function endProcessesOf(uid: number): Promise<void> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  for (const pid of pids) {
    const status = await readFile(join("/proc", pid, "status"), "utf8").catch(() => "");
    const [, real] = /^Uid:\t(\d+)/m.exec(status) ?? [];
    if (Number(real) === uid) await asRoot("kill", ["-KILL", pid], { reject: false });
  }
}
