import { CoworkError } from "../errors.ts";
import { ownCommand, steps, type Hint } from "../hint.ts";
import { shellWord } from "../system/shell-word.ts";
import { plain } from "../system/text.ts";
import { configKeys } from "./key-list.ts";
import type { ConfigKey } from "./key-types.ts";
import type { Settings, SettingOrigin } from "./types.ts";

/** @throws CONFIG_KEY_UNKNOWN, with the name of a similar key */
export function getKey(name: string): ConfigKey {
  const found = configKeys.find((key) => key.name === name);
  if (found !== undefined) return found;
  const like = configKeys.find((key) => key.name === name.toUpperCase().replaceAll("-", "_"));
  const hint = like === undefined ? steps`${ownCommand("config", "list")}` : `use ${like.name}`;
  throw new CoworkError("CONFIG_KEY_UNKNOWN", `Unknown configuration key \`${plain(name).slice(0, 80)}\`.`, {
    hint,
  });
}

/**
 * Parses a value. An empty value sets nothing, so the default applies.
 * @param where for the message: the file, the variable or the flag of the value
 * @param origin for the next step: `config set` does not help against a variable or a flag
 * @throws CONFIG_VALUE_INVALID
 */
export function parseValue(key: ConfigKey, value: string, where?: string, origin?: SettingOrigin): Partial<Settings> {
  const trimmed = value.trim();
  const parsed = trimmed === "" ? {} : key.parse(trimmed);
  if (parsed !== undefined) return parsed;
  const place = where === undefined ? "" : ` (${plain(where)})`;
  const shown = key.secret ? "" : `=${plain(trimmed).slice(0, 200)}`;
  const why = key.refused?.(trimmed);
  const reason = why === undefined ? "" : ` Not ${plain(trimmed)}: ${why}.`;
  const message = `${key.name}${shown}${place}: the value must be ${key.form}.${reason}`;
  throw new CoworkError("CONFIG_VALUE_INVALID", message, {
    hint: wayOut(key, origin),
  });
}

function wayOut({ name, secret, example }: ConfigKey, origin: SettingOrigin | undefined): Hint {
  if (secret) return steps`set it again: ${ownCommand("config", "set", name)}`;
  if (origin === "flag") return `give a valid value, for example: ${flagOf(name)} ${shellWord(example)}`;
  if (origin === "environment")
    return `give the variable a valid value, for example: export COWORK_${name}=${shellWord(example)}`;
  const user = origin === "user" ? ["--user"] : [];
  return steps`set a valid value, for example: ${ownCommand("config", "set", ...user, name, example)}`;
}

/** The flag that a command has for a key. */
function flagOf(name: string): string {
  return name === "DEVCONTAINER" ? "--config" : `--${name.toLowerCase().replaceAll("_", "-")}`;
}
