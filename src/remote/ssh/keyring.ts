import type * as ssh2Module from "ssh2";
import type { BaseAgent, ParsedKey, SignCallback, SigningRequestOptions } from "ssh2";
import { plain } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import type { Deadline } from "./deadline.ts";
import { readPrivateKey, type Identities, type Identity } from "./identities.ts";

type Ssh2 = typeof ssh2Module;

export interface Keyring {
  /** keys that were not offered yet, or undefined when there are none */
  next(): Promise<BaseAgent | undefined>;
  /** what could not be used, with the reason */
  skipped: string[];
}

const passphraseTries = 3;
/** A key in the agent may wait for a touch or a word of its own. */
const agentSignLimitMs = 60_000;

/**
 * All keys as one agent for ssh2: it offers the public ones, and only for one that the host would take a signature is
 * asked for. So nobody has to type a pass phrase for a key that the host does not want.
 */
export function createKeyring(
  ctx: RemoteContext,
  ssh2: Ssh2,
  identities: Identities,
  hooks: { note: (way: string) => void; deadline: Deadline },
): Keyring {
  const skipped = [...identities.skipped];
  const open = new Map<Identity, ParsedKey>();
  const used = new Set<Identity>();
  const locked = identities.keys.filter((key) => key.publicKey === undefined);
  let waiting = identities.keys.filter((key) => key.publicKey !== undefined);

  const unlock = async (identity: Identity): Promise<ParsedKey | undefined> => {
    const before = open.get(identity);
    if (before !== undefined || identity.file === undefined) return before;
    let key = await readPrivateKey(identity.file, ssh2, undefined);
    for (let count = 0; key instanceof Error && count < passphraseTries; count += 1) {
      const passphrase = await ctx.askSecret({ text: `Pass phrase of the key ${identity.name}`, echo: false });
      // Nothing typed: the next key, as with OpenSSH.
      if (passphrase === undefined || passphrase === "") break;
      key = await readPrivateKey(identity.file, ssh2, passphrase);
    }
    if (key instanceof Error) {
      skipped.push(`${identity.name} (pass phrase)`);
      ctx.log(`ssh: ${identity.name}: ${plain(key.message)}`);
      return undefined;
    }
    open.set(identity, key);
    return key;
  };
  const sign = async (key: ParsedKey, data: Buffer, options: SigningRequestOptions): Promise<Buffer> => {
    const identity = identities.keys.find((one) => one.publicKey?.getPublicSSH().equals(key.getPublicSSH()));
    if (identity === undefined) throw new Error("no such key");
    used.add(identity);
    if (identity.file === undefined)
      return await signByAgent(ssh2, identities.agent ?? "", { key, data, options }, hooks);
    const secret = await unlock(identity);
    if (secret === undefined) throw new Error(`${identity.name} stays locked`);
    const signature: Buffer | Error = secret.sign(data, options.hash);
    if (signature instanceof Error) throw signature;
    return signature;
  };
  return {
    skipped,
    next: async () => {
      for (let identity = locked.shift(); waiting.length === 0 && identity !== undefined; identity = locked.shift()) {
        const key = await unlock(identity);
        if (key !== undefined) waiting = [{ ...identity, publicKey: key }];
        identity.publicKey = key;
      }
      const offered = waiting;
      waiting = [];
      if (offered.length === 0) return undefined;
      for (const identity of offered) hooks.note(identity.name);
      return agentOf(ssh2, offered, sign);
    },
  };
}

function agentOf(
  ssh2: Ssh2,
  identities: readonly Identity[],
  sign: (key: ParsedKey, data: Buffer, options: SigningRequestOptions) => Promise<Buffer>,
): BaseAgent<ParsedKey> {
  class Keys extends ssh2.BaseAgent<ParsedKey> {
    override getIdentities(callback: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
      callback(
        undefined,
        identities.flatMap((identity) => identity.publicKey ?? []),
      );
    }
    override sign(
      key: ParsedKey,
      data: Buffer,
      options: SigningRequestOptions | SignCallback,
      callback?: SignCallback,
    ): void {
      const answer = typeof options === "function" ? options : callback;
      sign(key, data, typeof options === "function" ? {} : options).then(
        (signature) => answer?.(undefined, signature),
        (error: unknown) => answer?.(error instanceof Error ? error : new Error(String(error))),
      );
    }
  }
  return new Keys();
}

async function signByAgent(
  ssh2: Ssh2,
  socket: string,
  request: { key: ParsedKey; data: Buffer; options: SigningRequestOptions },
  hooks: { deadline: Deadline },
): Promise<Buffer> {
  return await hooks.deadline.paused(async () => {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const timer = setTimeout(() => reject(new Error("the agent does not sign")), agentSignLimitMs);
    ssh2.createAgent(socket).sign(request.key, request.data, request.options, (error, signature) => {
      if (error instanceof Error || signature === undefined) reject(error ?? new Error("no signature"));
      else resolve(signature);
    });
    return await promise.finally(() => clearTimeout(timer));
  });
}
