import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestHome } from "../home/home.ts";
import type { Machine } from "../machine.ts";

/** An account of a remote machine. */
export interface Account {
  user: string;
  home: string;
}

export interface SshAccessOptions {
  /** more ssh_config lines for the alias */
  lines?: readonly string[];
  /** false: the host key is not added to known_hosts */
  known?: boolean;
  /** default: the machine's address on the engine's network */
  hostName?: string;
  /** remote account, default root */
  account?: Account;
}

/** Gives a local account access with `ssh <alias>`: writes key, known host and alias to its `~/.ssh`. */
export async function giveAccess(
  machine: Machine & { hostKeys(name: string): Promise<string> },
  home: TestHome,
  alias: string,
  options: SshAccessOptions,
): Promise<void> {
  const { lines = [], known = true, hostName = machine.address, account = { user: "root", home: "/root" } } = options;
  const ok = async (line: string): Promise<string> => {
    const { code, stdout, stderr } = await machine.sh(line);
    if (code !== 0) throw new Error(`${line}: ${stdout}${stderr}`);
    return stdout;
  };
  const folder = join(home.home, ".ssh");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const key = join(folder, "id_test");
  const publicKey = await readFile(`${key}.pub`, "utf8").catch(() => undefined);
  if (publicKey === undefined) {
    // Generated on the remote machine, because this one may have no OpenSSH.
    const made = await ok(
      "d=$(mktemp -d); ssh-keygen -q -t ed25519 -N '' -f $d/key; cat $d/key; echo; echo PUBLIC; cat $d/key.pub; rm -r $d",
    );
    const [privateText = "", publicText = ""] = made.split("\nPUBLIC\n");
    await writeFile(key, privateText, { mode: 0o600 });
    await writeFile(`${key}.pub`, publicText);
  }
  const entry = (await readFile(`${key}.pub`, "utf8")).trim();
  const ssh = `${account.home}/.ssh`;
  await ok(
    `install -d -m 700 -o ${account.user} ${ssh}; echo '${entry}' >> ${ssh}/authorized_keys; chown ${account.user} ${ssh}/authorized_keys`,
  );
  const own = [`Host ${alias}`, `HostName ${hostName}`, `User ${account.user}`, `IdentityFile ${key}`, ...lines];
  const before = await readFile(join(folder, "config"), "utf8").catch(() => "");
  await writeFile(join(folder, "config"), `${before}${own.join("\n  ")}\n\n`);
  await chmod(join(folder, "config"), 0o600);
  const knownBefore = await readFile(join(folder, "known_hosts"), "utf8").catch(() => "");
  if (known) await writeFile(join(folder, "known_hosts"), knownBefore + (await machine.hostKeys(hostName)));
}
