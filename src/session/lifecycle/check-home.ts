import type { ConfigKind } from "../../devcontainer/types.ts";
import { CoworkError } from "../../errors.ts";

/**
 * A `=` in a label value makes `devcontainer up` hang for ever (facts), and the clone's path is a label. Compose writes mounts with
 * colons between.
 * @throws CONFIG_VALUE_INVALID
 */
export function checkHome(home: string, kind?: ConfigKind): void {
  if (home.includes("=")) throw invalid("=", home, "");
  if (home.includes(":") && kind === "compose")
    throw invalid(":", home, " where the dev container is made by Docker Compose");
}

function invalid(sign: string, home: string, where: string): CoworkError {
  return new CoworkError("CONFIG_VALUE_INVALID", `COWORK_HOME must not contain "${sign}"${where}: ${home}`, {
    hint: "set COWORK_HOME to a folder without it",
  });
}
