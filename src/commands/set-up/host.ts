import { defineCommand } from "../line/command.ts";
import { usageError } from "../line/usage.ts";

export const hostCommand = defineCommand({
  name: "host",
  group: "Set-up",
  summary: "Manage the machines that run sessions over SSH",
  details: [
    "A host needs sshd, git and Docker, and tmux to reattach to shells. cowork copies itself there, and Node if it is missing. " +
      "Your OpenSSH configuration is used: aliases, keys, agents, jump hosts. Every command takes --host: a name that was added, " +
      "or any destination that ssh accepts. The setting HOST is the host of new sessions. Each host has its own agent login: " +
      "cowork --host NAME auth login",
  ],
  positionals: [
    {
      name: "action",
      summary: "add, list, remove or doctor (default: list)",
      complete: ["add", "list", "remove", "doctor"],
    },
    { name: "name", summary: "Name of the host" },
    { name: "address", summary: "With add: user@machine, or an alias from ssh's configuration (default: the name)" },
  ],
  flags: {
    port: { type: "string", value: "PORT", summary: "With add: port of the host's sshd" },
    identity: { type: "string", value: "FILE", summary: "With add: private key to log in with" },
    force: { type: "boolean", summary: "With remove: remove even if it has sessions or does not answer" },
  },
  examples: [
    { line: "cowork host add box me@box.example", text: "check a machine and save it as box" },
    { line: "cowork --host box init a b", text: "create sessions on box" },
    { line: "cowork host doctor box", text: "check Docker, git, tmux, disk and login" },
  ],
  async run({ args, flags }, app) {
    const [action = "list", name, address] = args;
    const actions = await import("./host-actions.ts");
    if (action === "list" && name === undefined) return await actions.listHosts(app);
    if (action === "add" && name !== undefined) return await actions.addHost(app, { name, address, ...flags });
    if (action === "remove" && name !== undefined && address === undefined)
      return await actions.removeHost(app, name, flags.force);
    if (action === "doctor" && address === undefined) return await actions.checkHosts(app, name);
    throw usageError(`Wrong arguments for cowork host ${action}.`, "cowork help host");
  },
});
