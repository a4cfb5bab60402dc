// Parsers for the values of `.cowork.conf`: each returns the parsed value, or undefined if it is invalid.

/** on, off and common synonyms. */
export function readSwitch(value: string): boolean | undefined {
  if (/^(on|true|yes|1)$/i.test(value)) return true;
  return /^(off|false|no|0)$/i.test(value) ? false : undefined;
}

export function readCount(value: string): number | undefined {
  return /^[1-9]\d{0,2}$/.test(value) ? Number(value) : undefined;
}

/** A decimal number of CPUs, as `docker run --cpus` takes it. */
export function readCpus(value: string): number | undefined {
  return /^\d{1,4}(\.\d{1,3})?$/.test(value) && Number(value) > 0 ? Number(value) : undefined;
}

/** An amount of money with at most two decimals; 0: no limit. */
export function readAmount(value: string): number | undefined {
  return /^\d{1,6}(\.\d{1,2})?$/.test(value) ? Number(value) : undefined;
}

/** A duration like `90s`, `30m`, `4h`, `1h30m` or `2d`; 0: no limit. @returns milliseconds */
export function readDuration(value: string): number | undefined {
  if (value === "0") return 0;
  const match = /^(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?$/.exec(value);
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  return ms > 0 ? ms : undefined;
}

/** Docker's own lower limit. */
const smallestMemory = 6 * 1024 ** 2;

/** Parses a size in Docker's format (`512m`, `4g`, plain bytes). @returns bytes */
export function readMemory(value: string): number | undefined {
  const match = /^(\d{1,15})([bkmgt]?)b?$/i.exec(value);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * 1024 ** Math.max(0, "bkmgt".indexOf((match[2] || "b").toLowerCase()));
  return bytes >= smallestMemory && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** One line that is not blank. */
export function readLine(value: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  return value.trim() !== "" && !/[\u0000-\u001f\u007f]/.test(value) ? value : undefined;
}

/** A name for `docker pull` that cannot be mistaken for an option. */
export function readImage(value: string): string | undefined {
  return /^[A-Za-z0-9][\w./:@-]{0,254}$/.test(value) ? value : undefined;
}

/** A host's name or a destination for `ssh`; never an option. */
export function readHost(value: string): string | undefined {
  return /^[^\s\p{Cc}-][^\s\p{Cc}]{0,254}$/u.test(value) ? value : undefined;
}

/** A relative path that stays inside the project. */
export function readInnerPath(value: string): string | undefined {
  return readLine(value) !== undefined && isInside(value) ? value : undefined;
}

/** Patterns of paths inside the project, separated by spaces. */
export function readPatterns(value: string): string[] | undefined {
  const patterns = value.split(/\s+/).filter((pattern) => pattern !== "");
  return patterns.every((pattern) => readLine(pattern) !== undefined && isInside(pattern)) ? patterns : undefined;
}

function isInside(path: string): boolean {
  return !path.startsWith("/") && !path.startsWith("~") && !path.split(/[/\\]/).includes("..");
}
