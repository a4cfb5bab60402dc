import { findUserShell } from "./user-shell.ts";

const flags: Readonly<Record<string, string>> = {
  loginInteractiveShell: "-lic",
  loginShell: "-lc",
  interactiveShell: "-ic",
};

/** The dev container CLI leaves it where it made /etc/profile keep PATH. */
const profileMarker = "/var/devcontainer/.patchEtcProfileMarker";

/**
 * The command that makes the user's shell show its environment between two marks; undefined for `none`. Whatever startup
 * files print stands outside the marks.
 * @param userEnvProbe as in devcontainer.json
 */
export function planProbe(userEnvProbe: string | undefined, mark: string): readonly [string, ...string[]] | undefined {
  if (userEnvProbe === "none") return undefined;
  const kind =
    userEnvProbe !== undefined && Object.hasOwn(flags, userEnvProbe) ? userEnvProbe : "loginInteractiveShell";
  const flag = flags[kind] ?? "-lic";
  const show = `echo -n ${mark}; cat /proc/self/environ; echo -n ${mark}`;
  const pwsh = kind === "interactiveShell" ? "-Command" : "-Login -Command";
  const script = `[ -f ${profileMarker} ] && echo mended-${mark}
${findUserShell}
case $c_shell in
*/pwsh | */pwsh-preview) exec "$c_shell" ${pwsh} "$1" ;;
*) exec "$c_shell" ${flag} "$1" ;;
esac`;
  return ["/bin/sh", "-c", script, "sh", show];
}

/** What a shell keeps for itself: of the probing shell, not of the programs to come. */
const shellsOwn = new Set(["PWD", "OLDPWD", "SHLVL", "_"]);

/** Reads what that command printed; undefined when the marks are not there. */
export function parseProbe(
  output: string,
  mark: string,
): { env: Record<string, string>; profileFixed: boolean } | undefined {
  const profileFixed = output.startsWith(`mended-${mark}\n`);
  const text = profileFixed ? output.slice(`mended-${mark}\n`.length) : output;
  const [start, end] = [text.indexOf(mark), text.lastIndexOf(mark)];
  if (start < 0 || end <= start) return undefined;
  const lines = text.slice(start + mark.length, end).split("\0");
  const env = lines.flatMap((line): [string, string][] => {
    const at = line.indexOf("=");
    return at <= 0 || shellsOwn.has(line.slice(0, at)) ? [] : [[line.slice(0, at), line.slice(at + 1)]];
  });
  return env.length === 0 ? undefined : { env: Object.fromEntries(env), profileFixed };
}

/**
 * The shell's PATH with what it lost of the container's, each before the entry that it stood before there (the dev container
 * CLI's own rule). Folders of system programs are not given to ordinary users.
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
