import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";

/** No real configuration file is larger than this. */
export const maxConfigBytes = 4 * 1024 * 1024;

export function tooLarge(path: string): CoworkError {
  return new CoworkError(
    "DEVCONTAINER_INVALID",
    `${plain(path)} is larger than 4 MiB, the limit for a configuration file.`,
  );
}
