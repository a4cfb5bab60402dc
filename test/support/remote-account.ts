import { randomBytes } from "node:crypto";
import { mkdir, symlink } from "node:fs/promises";
import { dirname } from "node:path";
import { coworkPaths } from "../../src/system/paths.ts";
import { carriedNode } from "../../src/remote/bootstrap/parcels.ts";
import { temporaryHome, type TestHome } from "./home.ts";
import { startRemoteMachine, type RemoteMachine } from "./remote-machine.ts";
import { thereBy } from "./there.ts";

/** The alias that a remote account has for its machine. */
export const box = "box";

export interface RemoteAccount extends TestHome {
  machine: RemoteMachine;
}

/**
 * An account of this machine whose commands work on another one: `HOST` is given by the environment, as a user's shell would.
 * The machine is its own and goes with it.
 */
export async function remoteAccount(): Promise<RemoteAccount> {
  const machine = await startRemoteMachine("account", { keepAgents: true });
  try {
    return await accountOn(machine);
  } catch (error) {
    await machine.remove();
    throw error;
  }
}

async function accountOn(machine: RemoteMachine): Promise<RemoteAccount> {
  const home = await temporaryHome();
  await machine.letIn(home, box);
  await placeNode(home);
  const remove = async (): Promise<void> => {
    await machine.remove();
    await home.remove();
  };
  const { home: coworkHome, homeId: idFile } = coworkPaths("/root/.cowork");
  const hash = randomBytes(16).toString("hex");
  await machine.sh(`umask 077; mkdir -p ${coworkHome}; echo ${hash} > ${idFile}`);
  return {
    ...home,
    machine,
    env: { COWORK_HOST: box },
    there: thereBy({ host: box, coworkHome, hash }, (line) => machine.sh(line)),
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
