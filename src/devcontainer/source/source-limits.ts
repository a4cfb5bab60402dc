import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";

/** Beyond it a file is no configuration that somebody wrote. */
export const maxConfigBytes = 4 * 1024 * 1024;

export function tooLarge(path: string): CoworkError {
  return new CoworkError("DEVCONTAINER_INVALID", `${plain(path)} is larger than 4 MiB: that is no configuration.`);
}
