import { randomBytes } from "node:crypto";
import { mkdir, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { coworkPaths } from "../../../src/system/paths.ts";
import { carriedNode } from "../../../src/remote/bootstrap/parcels.ts";
import { temporaryHome, type TestHome } from "../home/home.ts";
import { hostAccount, type HostAccount, type RemoteAccountRequest } from "./shared-remote.ts";
import { sessionMachine } from "./session-machine.ts";

/** The ssh alias of the machine of every remote account. */
export const box = "box";

export interface RemoteAccount extends TestHome {
  account: HostAccount;
}

/**
 * A local account whose sessions are on the run's remote machine, in a separate account there. The environment sets
 * `COWORK_HOST`.
 */
export async function remoteAccount(request: RemoteAccountRequest = {}): Promise<RemoteAccount> {
  const account = await hostAccount(request);
  const home = await temporaryHome();
  const remove = async (): Promise<void> => {
    await home.remove();
    await account.remove();
  };
  try {
    await account.machine.giveAccess(home, box, { account });
    await placeNode(home);
  } catch (error) {
    await remove();
    throw error;
  }
  const { home: coworkHome, homeId: idFile } = coworkPaths(`${account.home}/.cowork`);
  const hash = randomBytes(16).toString("hex");
  await account.machine.sh(`umask 077; echo ${hash} > ${idFile}; chown ${account.user} ${idFile}`);
  return {
    ...home,
    account,
    env: { COWORK_HOST: box },
    machine: sessionMachine({ host: box, coworkHome, hash }, (line) => account.machine.sh(line)),
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

/** Uses the tests' Node as the one to copy to the host, if the version matches, to save a download. */
async function placeNode(home: TestHome): Promise<void> {
  if (process.version !== `v${carriedNode}` || process.platform !== "linux") return;
  const file = `${coworkPaths(home.coworkHome).lib}/remote/node-${carriedNode}-linux-${process.arch}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await symlink(process.execPath, file);
}
