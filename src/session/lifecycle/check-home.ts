import type { ConfigKind } from "../../devcontainer/types.ts";
import { CoworkError } from "../../errors.ts";

/**
 * The clone's path is a label, and a `=` in a label's value makes `devcontainer up` hang forever. Compose separates the parts of
 * a mount with colons.
 * @throws CONFIG_VALUE_INVALID
 */
export function checkHome(home: string, kind?: ConfigKind): void {
  if (home.includes("=")) throw invalid("=", home, "");
  if (home.includes(":") && kind === "compose")
    throw invalid(":", home, " when Docker Compose creates the dev container");
}

function invalid(sign: string, home: string, where: string): CoworkError {
  return new CoworkError("CONFIG_VALUE_INVALID", `COWORK_HOME must not contain "${sign}"${where}: ${home}`, {
    hint: "set COWORK_HOME to a folder without it",
  });
}
