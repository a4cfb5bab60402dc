import { findUserShell } from "./user-shell.ts";

const flags: Readonly<Record<string, string>> = {
  loginInteractiveShell: "-lic",
  loginShell: "-lc",
  interactiveShell: "-ic",
};

/** Left by the dev container CLI after it has changed /etc/profile to keep PATH. */
const profileMarker = "/var/devcontainer/.patchEtcProfileMarker";

/**
 * Returns a command that makes the user's shell print its environment between two marks, or undefined for `none`. Output of startup
 * files is outside the marks.
 * @param userEnvProbe as in devcontainer.json
 */
export function planProbe(userEnvProbe: string | undefined, mark: string): readonly [string, ...string[]] | undefined {
  if (userEnvProbe === "none") return undefined;
  const kind =
    userEnvProbe !== undefined && Object.hasOwn(flags, userEnvProbe) ? userEnvProbe : "loginInteractiveShell";
  const flag = flags[kind] ?? "-lic";
  const show = `echo -n ${mark}; cat /proc/self/environ; echo -n ${mark}`;
  const pwsh = kind === "interactiveShell" ? "-Command" : "-Login -Command";
  const script = `[ -f ${profileMarker} ] && echo profile-fixed-${mark}
${findUserShell}
case $c_shell in
*/pwsh | */pwsh-preview) exec "$c_shell" ${pwsh} "$1" ;;
*) exec "$c_shell" ${flag} "$1" ;;
esac`;
  return ["/bin/sh", "-c", script, "sh", show];
}

/** Variables of the shell itself: they belong to the shell that was asked, not to programs that are started later. */
const shellVariables = new Set(["PWD", "OLDPWD", "SHLVL", "_"]);

/** Parses the output of that command. Returns undefined if the marks are missing. */
export function parseProbe(
  output: string,
  mark: string,
): { env: Record<string, string>; profileFixed: boolean } | undefined {
  const profileFixed = output.startsWith(`profile-fixed-${mark}\n`);
  const text = profileFixed ? output.slice(`profile-fixed-${mark}\n`.length) : output;
  const [start, end] = [text.indexOf(mark), text.lastIndexOf(mark)];
  if (start < 0 || end <= start) return undefined;
  const lines = text.slice(start + mark.length, end).split("\0");
  const env = lines.flatMap((line): [string, string][] => {
    const at = line.indexOf("=");
    return at <= 0 || shellVariables.has(line.slice(0, at)) ? [] : [[line.slice(0, at), line.slice(at + 1)]];
  });
  return env.length === 0 ? undefined : { env: Object.fromEntries(env), profileFixed };
}

/**
 * Adds the entries of the container's PATH that are missing in the shell's PATH, each before the entry that it preceded there (the
 * same rule as in the dev container CLI). Ordinary users do not get folders of system programs.
 */
export function mergePaths(shell: string, container: string, root: boolean): string {
  const merged = shell.split(":");
  let at = 0;
  for (const entry of container.split(":")) {
    const found = merged.indexOf(entry);
    if (found >= 0) {
      at = found + 1;
    } else if (root || !/\/sbin(\/|$)/.test(entry)) {
      merged.splice(at, 0, entry);
      at += 1;
    }
  }
  return merged.join(":");
}
