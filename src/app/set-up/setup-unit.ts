import type { SetupContext } from "./setup-file.ts";

// The unit of systemd that runs `cowork serve`. Pure functions on text.

export const unitName = "cowork.service";

const mark = "# >>> cowork setup: service >>> (remove it with cowork setup --undo)";

/** Where a shell of the user has the engine, the home and the programs; the service manager does not. */
const passedOn = ["COWORK_HOME", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "PATH"];

/** The unit's file for this user. */
export function unitText({ self, env }: Pick<SetupContext, "self" | "env">): string {
  const variables = passedOn.flatMap((name) => {
    const value = env[name];
    // Nothing that is not one plain line.
    return value === undefined || value === "" || /[^\u0020-\u007e]/.test(value)
      ? []
      : [`Environment=${quoted(`${name}=${value}`)}`];
  });
  return [
    mark,
    "[Unit]",
    "Description=cowork: shows your agents, and tells you when one needs you",
    "",
    "[Service]",
    `ExecStart=${[...programOf(self), "serve"].map(command).join(" ")}`,
    ...variables,
    "Restart=on-failure",
    "RestartSec=10",
    // A wrong command line does not get better.
    "RestartPreventExitStatus=2",
    // Runs and terminals that it started go on without it.
    "KillMode=process",
    "",
    "[Install]",
    "WantedBy=default.target",
    "",
  ].join("\n");
}

export function isOwnUnit(text: string): boolean {
  return text.startsWith(`${mark}\n`);
}

/** Whether two units differ in nothing but the PATH, which differs from terminal to terminal. */
export function isSameUnit(one: string, other: string): boolean {
  const rest = (text: string): string => text.replace(/^Environment="PATH=.*\n/m, "");
  return rest(one) === rest(other);
}

/** The installed program finds its Node itself; only the source tree needs the whole command. */
function programOf(self: SetupContext["self"]): readonly string[] {
  return self.length > 2 ? self.slice(-1) : self;
}

/** A word of a command: variables of systemd in it mean nothing. */
function command(word: string): string {
  return quoted(word).replaceAll("$", "$$$$");
}

function quoted(word: string): string {
  return `"${word.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;
}
