import { stat } from "node:fs/promises";
import type ssh2Module from "ssh2";
import type { ParsedKey } from "ssh2";
import { plain } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import { readOwnFile } from "./own-file.ts";
import type { HostOptions } from "./options.ts";

type Ssh2 = typeof ssh2Module;

/** A key that the user may have. */
export interface Identity {
  /** name for messages: a path, or the agent's comment */
  name: string;
  /** absent: unknown without the passphrase */
  publicKey: ParsedKey | undefined;
  /** the private key's file; undefined if the agent signs */
  file: string | undefined;
}

export interface Identities {
  /** in the order in which they are offered */
  keys: Identity[];
  /** socket of the agent */
  agent: string | undefined;
  /** keys that could not be used, with the reason */
  skipped: string[];
}

const maxKeyBytes = 256 * 1024;
const agentLimitMs = 5_000;

/**
 * Lists keys in OpenSSH's order: keys of the agent that an identity file names, then its other keys (unless `IdentitiesOnly`), then
 * identity files. A host limits the number of refused keys, so the right one should come early.
 */
export async function listIdentities(ctx: RemoteContext, host: HostOptions, ssh2: Ssh2): Promise<Identities> {
  const skipped: string[] = [];
  const skip = (what: string): void => {
    skipped.push(what);
    ctx.log(`ssh: skipped ${what}`);
  };
  const [ofAgent, found] = await Promise.all([
    host.agent === undefined ? [] : agentKeys(host.agent, ssh2, skip),
    Promise.all(host.identityFiles.map(async (file) => await readIdentity(file, ssh2, ctx.user.uid, skip))),
  ]);
  const files = found.filter((identity) => identity !== undefined);
  const isNamed = (key: Identity): boolean => files.some((file) => isSame(file, key));
  const named = files.flatMap((file) => ofAgent.filter((key) => isSame(file, key)).slice(0, 1));
  const others = host.identitiesOnly ? [] : ofAgent.filter((key) => !isNamed(key));
  const own = files.filter((file) => file.file !== undefined && !ofAgent.some((key) => isSame(file, key)));
  return { keys: [...named, ...others, ...own], agent: host.agent, skipped };
}

function isSame(a: Identity, b: Identity): boolean {
  return (
    a.publicKey !== undefined &&
    b.publicKey !== undefined &&
    a.publicKey.getPublicSSH().equals(b.publicKey.getPublicSSH())
  );
}

async function agentKeys(socket: string, ssh2: Ssh2, skip: (what: string) => void): Promise<Identity[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly unknown[]>();
  const timer = setTimeout(() => reject(new Error("it does not answer")), agentLimitMs);
  try {
    const agent = ssh2.createAgent(socket);
    agent.getIdentities((error, keys) => (error instanceof Error ? reject(error) : resolve(keys ?? [])));
    return (await promise).flatMap((entry) => {
      const key = ssh2.utils.parseKey(entry as ParsedKey);
      if (key instanceof Error) return [];
      return [{ name: `agent's key ${plain(key.comment)}`.trim(), publicKey: key, file: undefined }];
    });
  } catch (error) {
    skip(`the agent at ${plain(socket)} (${plain(error instanceof Error ? error.message : String(error))})`);
    return [];
  } finally {
    clearTimeout(timer);
  }
}

/** Undefined if there is neither a private nor a public key. */
async function readIdentity(
  file: string,
  ssh2: Ssh2,
  uid: number,
  skip: (what: string) => void,
): Promise<Identity | undefined> {
  const name = plain(file);
  const read = async (path: string): Promise<Buffer | undefined> => {
    const bytes = await readOwnFile(path, maxKeyBytes).catch((error: unknown) =>
      skip(`${plain(path)} (${String(error)})`),
    );
    return bytes instanceof Uint8Array ? Buffer.from(bytes) : undefined;
  };
  const parse = (bytes: Buffer | undefined): ParsedKey | undefined => {
    const key = bytes === undefined ? undefined : firstKey(ssh2, bytes);
    return key instanceof Error ? undefined : key;
  };
  const content = await read(file);
  if (content === undefined || /^(ssh|ecdsa|sk)-/.test(content.toString("latin1", 0, 10))) {
    // Only the public key is here: the agent has the private one.
    const publicKey = parse(content ?? (await read(`${file}.pub`)));
    return publicKey === undefined ? undefined : { name, publicKey, file: undefined };
  }
  if (await isOpenToOthers(file, uid)) {
    skip(`${name} (readable by other users: run chmod 600)`);
    return undefined;
  }
  const key = firstKey(ssh2, content);
  if (!(key instanceof Error)) return { name, publicKey: key, file };
  if (!/encrypted|passphrase/i.test(key.message)) {
    skip(`${name} (${plain(key.message)})`);
    return undefined;
  }
  return { name, publicKey: publicPart(content, ssh2) ?? parse(await read(`${file}.pub`)), file };
}

function firstKey(ssh2: Ssh2, bytes: Buffer, passphrase?: string): ParsedKey | Error {
  const key: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(bytes, passphrase);
  return Array.isArray(key) ? (key[0] ?? new Error("no key in it")) : key;
}

/** Reads a private key. The error shows whether the passphrase was wrong. */
export async function readPrivateKey(
  file: string,
  ssh2: Ssh2,
  passphrase: string | undefined,
): Promise<ParsedKey | Error> {
  const bytes = await readOwnFile(file, maxKeyBytes);
  return bytes === undefined
    ? new Error(`${plain(file)} no longer exists`)
    : firstKey(ssh2, Buffer.from(bytes), passphrase);
}

/** Reads the public key from a file in OpenSSH's format, where it is not encrypted. */
function publicPart(content: Buffer, ssh2: Ssh2): ParsedKey | undefined {
  const [, base64] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)-----END/.exec(content.toString("latin1")) ?? [];
  const bytes = Buffer.from(base64 ?? "", "base64");
  let at = "openssh-key-v1\0".length;
  const next = (): Buffer | undefined => {
    if (at + 4 > bytes.length) return undefined;
    const end = at + 4 + bytes.readUInt32BE(at);
    const part = bytes.subarray(at + 4, end);
    at = end;
    return end > bytes.length ? undefined : part;
  };
  // cipher, KDF name, KDF options, then the number of keys
  for (let index = 0; index < 3; index += 1) if (next() === undefined) return undefined;
  at += 4;
  const blob = next();
  if (blob === undefined || blob.length < 8) return undefined;
  const type = blob.toString("latin1", 4, 4 + blob.readUInt32BE(0));
  const key = firstKey(ssh2, Buffer.from(`${type} ${blob.toString("base64")}`));
  return key instanceof Error ? undefined : key;
}

/** Like OpenSSH, cowork does not use a key that other users can read. */
async function isOpenToOthers(file: string, uid: number): Promise<boolean> {
  const info = await stat(file).catch(() => undefined);
  return info !== undefined && info.uid === uid && (info.mode & 0o077) !== 0;
}
