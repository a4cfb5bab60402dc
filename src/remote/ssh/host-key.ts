import { CoworkError } from "../../errors.ts";
import { plain } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import { addressOf, nameOf } from "./failures.ts";
import { fingerprint, judgeKey, keyTypeName, keyTypeOf, knownKeyTypes, knownLine, knownName } from "./known-hosts.ts";
import type { KnownLine, Verdict } from "./known-hosts.ts";
import { addKnownHost, readKnownHosts } from "./known-hosts-files.ts";
import type { HostOptions } from "./options.ts";
import { isRevokedBy } from "./revoked-keys.ts";

/** Types of host keys with their accepted signature algorithms (no SHA-1), in order of preference. */
const signatures: Record<string, readonly string[]> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

export interface HostKeyCheck {
  /** algorithms for the host, known key types first: otherwise an unchanged host would look changed */
  algorithms: string[];
  /** Resolves if the key is known or the user accepts it. Call it once. @throws HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, HOST_KEY_REVOKED */
  verify(key: Uint8Array): Promise<void>;
  /** Checks the key at a later key exchange of the same connection. @throws HOST_KEY_CHANGED */
  verifyAgain(key: Uint8Array): void;
  /** Saves a new key, after the host has proved that it owns it. */
  remember(): Promise<void>;
}

export async function createHostKeyCheck(ctx: RemoteContext, host: HostOptions): Promise<HostKeyCheck> {
  const lines = await readKnownHosts([...host.userKnownHosts, ...host.globalKnownHosts]);
  const name = knownName(host);
  let shown: string | undefined;
  let accepted: string | undefined;
  let toRemember: Uint8Array | undefined;
  return {
    algorithms: hostKeyAlgorithms(knownKeyTypes(lines, name)),
    verify: async (key) => {
      if (shown !== undefined) throw changed(host, name, key, undefined);
      shown = fingerprint(key);
      const verdict = judge(lines, host, name, key);
      if (verdict.kind === "revoked") throw revoked(host, key, `${verdict.line.file}:${verdict.line.line}`);
      const list = host.revokedHostKeys;
      if (list !== undefined && (await isRevokedBy(ctx, list, key))) throw revoked(host, key, list);
      if (verdict.kind === "changed") throw changed(host, name, key, verdict.line);
      if (verdict.kind === "unknown") {
        await agreeTo(ctx, host, key);
        toRemember = key;
      }
      accepted = shown;
    },
    verifyAgain: (key) => {
      if (accepted !== fingerprint(key)) throw changed(host, name, key, undefined);
    },
    remember: async () => {
      const [file] = host.userKnownHosts;
      if (toRemember === undefined || file === undefined) return;
      await addKnownHost(file, knownLine(name, toRemember, { hashed: host.hashKnownHosts }));
      ctx.log(
        `ssh: ${keyTypeOf(toRemember)} key ${fingerprint(toRemember)} of ${plain(name)} written to ${plain(file)}`,
      );
      toRemember = undefined;
    },
  };
}

export function hostKeyAlgorithms(known: readonly string[]): string[] {
  const types = [...known.filter((type) => type in signatures), ...Object.keys(signatures)];
  return [...new Set(types)].flatMap((type) => signatures[type] ?? []);
}

/** As in OpenSSH, a key that is known for the machine is valid on its other ports. */
function judge(lines: readonly KnownLine[], host: HostOptions, name: string, key: Uint8Array): Verdict {
  const offered = (keyType: string): boolean => keyType in signatures;
  const verdict = judgeKey(lines, name, key, offered);
  if (verdict.kind === "revoked" || host.hostKeyAlias !== undefined || host.port === 22) return verdict;
  const elsewhere = judgeKey(lines, host.hostname.toLowerCase(), key, offered);
  if (elsewhere.kind === "revoked") return elsewhere;
  return verdict.kind === "unknown" && elsewhere.kind === "known" ? elsewhere : verdict;
}

async function agreeTo(ctx: RemoteContext, host: HostOptions, key: Uint8Array): Promise<void> {
  if (host.strictHostKeys === "accept-new") return;
  const keyType = keyTypeName(keyTypeOf(key));
  const shown = fingerprint(key);
  const mayAsk = host.strictHostKeys === "ask" && !host.batchMode;
  const question = {
    kind: "host-key",
    host: host.alias,
    address: addressOf(host),
    keyType,
    fingerprint: shown,
  } as const;
  if (mayAsk && (await ctx.ask(question)) === true) return;
  const message = `${nameOf(host)} is not known, and its ${keyType} key ${shown} was not accepted.`;
  throw new CoworkError("HOST_KEY_UNKNOWN", message, {
    hint: `compare the fingerprint, then accept the key: ssh ${host.typed}`,
  });
}

function revoked(host: HostOptions, key: Uint8Array, where: string): CoworkError {
  const message = `${nameOf(host)} has the key ${fingerprint(key)}, which is revoked by ${plain(where)}.`;
  return new CoworkError("HOST_KEY_REVOKED", message, { hint: "do not connect; ask the host's owner for its new key" });
}

function changed(host: HostOptions, name: string, key: Uint8Array, line: KnownLine | undefined): CoworkError {
  const shown = `${keyTypeName(keyTypeOf(key))} key ${fingerprint(key)}`;
  const known =
    line === undefined ? "had another key a moment ago" : `another key is known: see ${plain(line.file)}:${line.line}`;
  const message = `${nameOf(host)} has the ${shown}, but ${known}. This may be a man-in-the-middle attack.`;
  const command = `ssh-keygen -R ${quoted(name)}${line === undefined ? "" : ` -f ${quoted(line.file)}`}`;
  return new CoworkError("HOST_KEY_CHANGED", message, {
    hint: `ask the host's owner; if the new key is right, remove the old one: ${command}`,
  });
}

function quoted(text: string): string {
  return `'${plain(text).replaceAll("'", String.raw`'\''`)}'`;
}
