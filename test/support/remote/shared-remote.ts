import { randomBytes } from "node:crypto";
import { execa } from "execa";
import type { Account } from "./ssh-access.ts";
import { keptAgents } from "../home/kept-agents.ts";
import { oneAtATime } from "../one-at-a-time.ts";
import { ensureHostImage, type RemoteMachine, startRemoteMachine } from "./remote-machine.ts";

/** Folder of the cached agents on the machine, and of the agents in an account's home. */
const agents = { kept: "/var/cache/cowork-agents", own: ".cowork/lib/agents" };

/** Folder of Node, for accounts that have it on their PATH. */
const node = "/opt/node/bin";

/**
 * The remote machine that all tests of a run share; every test has its own account on it. The global set-up removes it at the
 * end. It has tmux; Node is on the PATH only of accounts that request it.
 */
async function sharedRemote(): Promise<RemoteMachine> {
  // testcontainers' reuse is safe only within one process.
  return await oneAtATime("remote", async (run) => {
    const machine = await startRemoteMachine("remote", {
      image: await ensureHostImage(["tmux"]),
      mounts: [{ source: keptAgents, target: agents.kept, mode: "ro" }],
      labels: { "cowork.test.run": run },
      reuse: true,
    });
    if ((await machine.sh(`test -e ${node}/node`)).code !== 0) {
      await machine.sh(`mkdir -p ${node}`);
      await execa("docker", ["cp", "--follow-link", process.execPath, `${machine.container}:${node}/node`]);
    }
    return machine;
  });
}

export interface RemoteAccountRequest {
  /** an ordinary user in the group docker; default: a second user name of uid 0, with its own home */
  ordinary?: boolean;
  /** put Node on the PATH */
  withNode?: boolean;
}

export interface HostAccount extends Account {
  machine: RemoteMachine;
  /** removes the account and its containers */
  remove(): Promise<void>;
}

/** Creates an account on the run's remote machine. */
export async function hostAccount({ ordinary, withNode }: RemoteAccountRequest = {}): Promise<HostAccount> {
  const machine = await sharedRemote();
  const user = `cwt-${randomBytes(4).toString("hex")}`;
  const home = `/home/${user}`;
  const ok = async (line: string): Promise<void> => {
    const { code, stdout, stderr } = await machine.sh(line);
    if (code !== 0) throw new Error(`${line}: ${stdout}${stderr}`);
  };
  const kind = ordinary === true ? "-G docker" : "-o -u 0 -g 0";
  await ok(`useradd -m -s /bin/bash -p '*' ${kind} ${user}`);
  const path = withNode === true ? `sed -i '1i PATH=${node}:$PATH' ${home}/.bashrc` : "true";
  await ok(
    `${path}; cd ${home} && install -d -m 700 .cowork && mkdir -p ${agents.own} && cp -a ${agents.kept}/. ${agents.own} && chown -R ${user} .cowork`,
  );
  const remove = async (): Promise<void> => {
    const mounts = "docker inspect -f '{{.Id}}{{range .Mounts}} {{.Source}}{{end}}'";
    await machine.sh(
      `docker ps -aq | xargs -r ${mounts} | grep ' ${home}/' | cut -d' ' -f1 | xargs -r docker rm -f -v; rm -rf ${home}; userdel -f ${user}`,
    );
  };
  return { machine, user, home, remove };
}
