import { glob } from "node:fs/promises";
import { join } from "node:path";
import type { Directive, Line, Section } from "ssh-config";
import { plain } from "../../system/text.ts";
import type { RawOptions } from "./options.ts";
import { readOwnFile } from "./own-file.ts";
import type { Place } from "./target.ts";
import { matchesList } from "./words.ts";

const maxBytes = 1024 * 1024;
const maxDepth = 16;
/** Keys that may occur several times and add up; for all others the first one counts. */
const adding = new Set(["identityfile", "certificatefile", "sendenv", "setenv"]);
/** Keys with a list of values; the others have one value, which may contain spaces. */
const lists = new Set(["userknownhostsfile", "globalknownhostsfile"]);

interface Reading {
  raw: Map<string, string[]>;
  place: Place;
  localUser: string;
  home: string;
  log: (line: string) => void;
}

/**
 * Reads the user's and the system's configuration as OpenSSH does, for machines without OpenSSH. Nothing is executed: a `Match` with
 * other criteria than names does not match.
 */
export async function readConfigFiles(
  place: Place,
  where: { home: string; localUser: string; system?: string; log: (line: string) => void },
): Promise<RawOptions> {
  const { home, localUser, system = "/etc/ssh", log } = where;
  const raw = new Map<string, string[]>();
  if (place.user !== undefined) raw.set("user", [place.user]);
  if (place.port !== undefined) raw.set("port", [String(place.port)]);
  const reading: Reading = { raw, place, localUser, home, log };
  await readFile(reading, join(home, ".ssh", "config"), join(home, ".ssh"), 0);
  await readFile(reading, join(system, "ssh_config"), system, 0);
  return raw;
}

/** @param folder base of a relative `Include` */
async function readFile(reading: Reading, file: string, folder: string, depth: number): Promise<void> {
  const bytes = depth > maxDepth ? undefined : await readOwnFile(file, maxBytes);
  if (bytes === undefined) return;
  const { parse } = await import("ssh-config");
  try {
    await readLines(reading, parse(new TextDecoder().decode(bytes)), folder, depth);
  } catch (error) {
    reading.log(`ssh: ${plain(file)}: ${plain(String(error))}`);
  }
}

async function readLines(reading: Reading, lines: readonly Line[], folder: string, depth: number): Promise<void> {
  for (const line of lines) {
    if (!("param" in line)) continue;
    const key = line.param.toLowerCase();
    if ("config" in line) {
      if (isMeant(reading, line, key)) await readLines(reading, line.config, folder, depth);
    } else if (key === "include") {
      for (const pattern of values(line)) await readIncluded(reading, pattern, folder, depth);
    } else {
      keep(reading.raw, key, line);
    }
  }
}

async function readIncluded(reading: Reading, pattern: string, folder: string, depth: number): Promise<void> {
  const path = pattern.startsWith("~/") ? join(reading.home, pattern.slice(2)) : pattern;
  const found: string[] = [];
  for await (const file of glob(path.startsWith("/") ? path : join(folder, path))) found.push(file);
  for (const file of found.toSorted()) await readFile(reading, file, folder, depth + 1);
}

function keep(raw: Map<string, string[]>, key: string, line: Directive): void {
  const before = raw.get(key);
  if (before !== undefined && !adding.has(key)) return;
  raw.set(key, [...(before ?? []), ...(lists.has(key) ? values(line) : [wholeValue(line)])]);
}

function isMeant(reading: Reading, line: Section, key: string): boolean {
  const { place, raw, localUser } = reading;
  if (key === "host") return matchesList(values(line), place.host);
  if (!("criteria" in line)) return false;
  const subjects: Record<string, string> = {
    host: raw.get("hostname")?.[0] ?? place.host,
    originalhost: place.host,
    user: raw.get("user")?.[0] ?? localUser,
    localuser: localUser,
  };
  return Object.entries(line.criteria as Record<string, unknown>).every(([name, patterns]) => {
    const word = name.toLowerCase();
    if (word === "all") return true;
    const subject = subjects[word.replace(/^!/, "")];
    if (subject === undefined || typeof patterns !== "string") return false;
    return matchesList(patterns.split(","), subject) !== word.startsWith("!");
  });
}

function values(line: Directive): string[] {
  return typeof line.value === "string" ? [line.value] : line.value.map(({ val }) => val);
}

/** Keeps the quotes of a command, because a shell reads them. */
function wholeValue(line: Directive): string {
  if (typeof line.value === "string") return line.value;
  const parts = line.value.map(({ val, separator, quoted }) => `${separator}${quoted === true ? `"${val}"` : val}`);
  return parts.join("").trim();
}
