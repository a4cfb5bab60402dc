import { randomBytes } from "node:crypto";
import { mkdir, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { coworkPaths } from "../../../src/system/paths.ts";
import { carriedNode } from "../../../src/remote/bootstrap/parcels.ts";
import { temporaryHome, type TestHome } from "../home/home.ts";
import { accountThere, type AccountThere, type RemoteAccountRequest } from "./shared-remote.ts";
import { thereBy } from "./there.ts";

/** The alias that a remote account has for its machine. */
export const box = "box";

export interface RemoteAccount extends TestHome {
  account: AccountThere;
}

/**
 * An account of this machine whose commands work on the run's remote one, in an account of their own: `HOST` is given by the
 * environment, as a user's shell would.
 */
export async function remoteAccount(request: RemoteAccountRequest = {}): Promise<RemoteAccount> {
  const account = await accountThere(request);
  const home = await temporaryHome();
  const remove = async (): Promise<void> => {
    await home.remove();
    await account.remove();
  };
  try {
    await account.machine.letIn(home, box, { account });
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
    there: thereBy({ host: box, coworkHome, hash }, (line) => account.machine.sh(line)),
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

/** The Node that goes over is, where it can be, the tests' own: it needs no fetching. */
async function placeNode(home: TestHome): Promise<void> {
  if (process.version !== `v${carriedNode}` || process.platform !== "linux") return;
  const file = `${coworkPaths(home.coworkHome).lib}/remote/node-${carriedNode}-linux-${process.arch}`;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await symlink(process.execPath, file);
}
