import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { matchesList } from "./words.ts";

/** One line of a known_hosts file. */
export interface KnownLine {
  file: string;
  line: number;
  isRevoked: boolean;
  hosts: string;
  keyType: string;
  /** base64, as in the file */
  key: string;
}

/** Parses the lines, without certificate authorities, comments and invalid lines. */
export function parseKnownHosts(text: string, file: string): KnownLine[] {
  return text.split("\n").flatMap((content, index) => {
    const fields = content.trim().split(/[ \t]+/);
    if (fields[0] === "" || fields[0]?.startsWith("#")) return [];
    const marker = fields[0]?.startsWith("@") ? fields.shift() : undefined;
    const [hosts, keyType, key] = fields;
    if (marker !== undefined && marker !== "@revoked") return [];
    if (hosts === undefined || keyType === undefined || key === undefined) return [];
    return [{ file, line: index + 1, isRevoked: marker === "@revoked", hosts, keyType, key }];
  });
}

/** The name of a host in known_hosts. */
export function knownName(host: { hostname: string; port: number; hostKeyAlias: string | undefined }): string {
  const name = (host.hostKeyAlias ?? host.hostname).toLowerCase();
  return host.hostKeyAlias !== undefined || host.port === 22 ? name : `[${name}]:${host.port}`;
}

export function namesHost(hosts: string, name: string): boolean {
  if (!hosts.startsWith("|1|")) return matchesList(hosts.split(","), name);
  const [, , salt = "", hash = ""] = hosts.split("|");
  const [wanted, given] = [Buffer.from(hash, "base64"), hmac(Buffer.from(salt, "base64"), name)];
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

/** A new line for a host. */
export function knownLine(name: string, key: Uint8Array, options: { hashed: boolean }): string {
  const salt = randomBytes(20);
  const hosts = options.hashed ? `|1|${salt.toString("base64")}|${hmac(salt, name).toString("base64")}` : name;
  return `${hosts} ${keyTypeOf(key)} ${Buffer.from(key).toString("base64")}\n`;
}

export type Verdict =
  | { kind: "known" }
  | { kind: "unknown" }
  | { kind: "changed"; line: KnownLine }
  | { kind: "revoked"; line: KnownLine };

/**
 * Compares a host's key with the lines. A host whose known keys are all of other types counts as changed if those types were
 * requested first (`offered`): an unchanged host would have used one of them.
 */
export function judgeKey(
  lines: readonly KnownLine[],
  name: string,
  key: Uint8Array,
  offered: (keyType: string) => boolean,
): Verdict {
  const ofHost = lines.filter((line) => namesHost(line.hosts, name));
  const shown = Buffer.from(key).toString("base64");
  const same = ofHost.filter((line) => sameKey(line.key, shown));
  const revoked = same.find((line) => line.isRevoked);
  if (revoked !== undefined) return { kind: "revoked", line: revoked };
  if (same.length > 0) return { kind: "known" };
  const others = ofHost.filter((line) => !line.isRevoked);
  const changed =
    others.find((line) => line.keyType === keyTypeOf(key)) ?? others.find((line) => offered(line.keyType));
  return changed === undefined ? { kind: "unknown" } : { kind: "changed", line: changed };
}

function sameKey(a: string, b: string): boolean {
  const bare = (text: string): string => text.replace(/=+$/, "");
  return bare(a) === bare(b);
}

/** The types of a host's known keys. */
export function knownKeyTypes(lines: readonly KnownLine[], name: string): string[] {
  return [
    ...new Set(lines.filter((line) => !line.isRevoked && namesHost(line.hosts, name)).map((line) => line.keyType)),
  ];
}

/** The fingerprint as ssh-keygen prints it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The type of a key: the first string of its wire format. */
export function keyTypeOf(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  const length = bytes.length < 4 ? 0 : bytes.readUInt32BE(0);
  return bytes.subarray(4, 4 + Math.min(length, 64)).toString("latin1");
}

/** OpenSSH's name of the type for users. */
export function keyTypeName(keyType: string): string {
  const short = keyType.replace(/^ssh-|-sha2-.*$/g, "").toUpperCase();
  return /^[A-Z0-9]+$/.test(short) ? short : "unknown";
}

function hmac(salt: Uint8Array, name: string): Buffer {
  return createHmac("sha1", salt).update(name).digest();
}
