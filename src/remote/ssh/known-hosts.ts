import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { matchesList } from "./words.ts";

/** One line of a known_hosts file that says something of a host's key. */
export interface KnownLine {
  file: string;
  line: number;
  isRevoked: boolean;
  hosts: string;
  keyType: string;
  /** base64, as it stands there */
  key: string;
}

/** Lines of certificate authorities, comments and what cannot be read are left out. */
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

/** The name that a host's key is kept under. */
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

/** A line to be added for a host. */
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
 * What the lines say of a key that a host shows. A host whose known keys are all of other types counts as changed where it was
 * asked for those first (`offered`): it would have shown one of them.
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

/** The types of the keys that a host is known by. */
export function knownKeyTypes(lines: readonly KnownLine[], name: string): string[] {
  return [
    ...new Set(lines.filter((line) => !line.isRevoked && namesHost(line.hosts, name)).map((line) => line.keyType)),
  ];
}

/** As ssh-keygen prints it. */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The first string of a key as it goes over the wire. */
export function keyTypeOf(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  const length = bytes.length < 4 ? 0 : bytes.readUInt32BE(0);
  return bytes.subarray(4, 4 + Math.min(length, 64)).toString("latin1");
}

/** As OpenSSH calls it to people. */
export function keyTypeName(keyType: string): string {
  const short = keyType.replace(/^ssh-|-sha2-.*$/g, "").toUpperCase();
  return /^[A-Z0-9]+$/.test(short) ? short : "unknown";
}

function hmac(salt: Uint8Array, name: string): Buffer {
  return createHmac("sha1", salt).update(name).digest();
}
