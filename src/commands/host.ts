import { defineCommand } from "./line/command.ts";
import { usageError } from "./line/usage.ts";

export const hostCommand = defineCommand({
  name: "host",
  group: "Set-up",
  summary: "machines that sessions can live on, over SSH",
  details: [
    "A host needs sshd, git and Docker, and tmux to come back to a shell; cowork carries itself over, and Node where there is none.\n" +
      "Your OpenSSH configuration counts: aliases, keys, agents, jump hosts. Every command takes --host: a name that was added,\n" +
      "or anything that ssh takes. HOST in the conf makes one the host of new sessions. The agent's login is each host's own:\n" +
      "cowork --host NAME auth login.",
  ],
  positionals: [
    {
      name: "action",
      summary: "add, list, remove or doctor (without one: list)",
      complete: ["add", "list", "remove", "doctor"],
    },
    { name: "name", summary: "what the host is called here" },
    { name: "address", summary: "add: user@machine, or an alias of ssh's configuration (else: the name itself)" },
  ],
  flags: {
    port: { type: "string", value: "PORT", summary: "add: of its sshd" },
    identity: { type: "string", value: "FILE", summary: "add: the private key to log in with" },
    force: { type: "boolean", summary: "remove: also when sessions live there, or it does not answer" },
  },
  examples: [
    { line: "cowork host add box me@box.example --port 2222", text: "checks the machine, remembers the name" },
    { line: "cowork --host box init a b", text: "sessions there" },
    { line: "cowork host doctor box", text: "engine, git, tmux, disk, clock, login of that machine" },
  ],
  async run({ args, flags }, app) {
    const [action = "list", name, address] = args;
    const actions = await import("./parts/host-actions.ts");
    if (action === "list" && name === undefined) return await actions.listHosts(app);
    if (action === "add" && name !== undefined) return await actions.addHost(app, { name, address, ...flags });
    if (action === "remove" && name !== undefined && address === undefined)
      return await actions.removeHost(app, name, flags.force);
    if (action === "doctor" && address === undefined) return await actions.checkHosts(app, name);
    throw usageError(
      `cowork host ${action} needs other arguments.`,
      "cowork host list | add <name> [<address>] | remove <name> | doctor [<name>]",
    );
  },
});
