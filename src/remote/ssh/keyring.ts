import type ssh2Module from "ssh2";
import type { BaseAgent, ParsedKey, SignCallback, SigningRequestOptions } from "ssh2";
import { plain } from "../../system/text.ts";
import type { RemoteContext } from "../types.ts";
import type { Deadline } from "./deadline.ts";
import { readPrivateKey, type Identities, type Identity } from "./identities.ts";

type Ssh2 = typeof ssh2Module;

export interface Keyring {
  /** Returns a key that was not offered yet; undefined if none is left. */
  next(): Promise<BaseAgent | undefined>;
  /** Whether a key has signed since the last call. Then the host accepted it, and may need another method now. */
  hasSigned(): boolean;
  /** keys that could not be used, with the reason */
  skipped: string[];
}

const passphraseTries = 3;
/** A key in the agent may need a touch or a confirmation. */
const agentSignLimitMs = 60_000;

/**
 * Offers all keys to ssh2, each as an agent: public keys first, and a signature only for a key that the host accepts. So the user is
 * not asked for the passphrase of a key that the host refuses.
 */
export function createKeyring(
  ctx: RemoteContext,
  ssh2: Ssh2,
  identities: Identities,
  hooks: { note: (way: string) => void; deadline: Deadline },
): Keyring {
  const skipped = [...identities.skipped];
  const open = new Map<Identity, ParsedKey>();
  const isLocked = (key: Identity): boolean => key.publicKey === undefined;
  // Keys that need the passphrase even for the public key come last.
  const waiting = identities.keys.toSorted((a, b) => Number(isLocked(a)) - Number(isLocked(b)));
  let signed = false;

  const unlock = async (identity: Identity): Promise<ParsedKey | undefined> => {
    const before = open.get(identity);
    if (before !== undefined || identity.file === undefined) return before;
    let key = await readPrivateKey(identity.file, ssh2, undefined);
    for (let count = 0; key instanceof Error && count < passphraseTries; count += 1) {
      const passphrase = await ctx.askSecret({ text: `Passphrase for the key ${identity.name}`, echo: false });
      // As in OpenSSH, an empty passphrase means: try the next key.
      if (passphrase === undefined || passphrase === "") break;
      key = await readPrivateKey(identity.file, ssh2, passphrase);
    }
    if (key instanceof Error) {
      skipped.push(`${identity.name} (wrong or no passphrase)`);
      ctx.log(`ssh: ${identity.name}: ${plain(key.message)}`);
      return undefined;
    }
    open.set(identity, key);
    return key;
  };
  const sign = async (identity: Identity, request: SignRequest): Promise<Buffer> => {
    if (identity.file === undefined) return await signByAgent(ssh2, identities.agent ?? "", request, hooks.deadline);
    const secret = await unlock(identity);
    if (secret === undefined) throw new Error(`${identity.name} stays locked`);
    const signature: Buffer | Error = secret.sign(request.data, request.options.hash);
    if (signature instanceof Error) throw signature;
    return signature;
  };
  return {
    skipped,
    hasSigned: () => {
      const before = signed;
      signed = false;
      return before;
    },
    next: async () => {
      for (let identity = waiting.shift(); identity !== undefined; identity = waiting.shift()) {
        const publicKey = identity.publicKey ?? (await unlock(identity));
        if (publicKey === undefined) continue;
        hooks.note(identity.name);
        const offered = identity;
        return agentOf(ssh2, publicKey, async (request) => {
          const signature = await sign(offered, request);
          signed = true;
          return signature;
        });
      }
      return undefined;
    },
  };
}

interface SignRequest {
  key: ParsedKey;
  data: Buffer;
  options: SigningRequestOptions;
}

/** An agent with one key: ssh2 would offer all keys of an agent, even if the host no longer accepts keys. */
function agentOf(
  ssh2: Ssh2,
  publicKey: ParsedKey,
  sign: (request: SignRequest) => Promise<Buffer>,
): BaseAgent<ParsedKey> {
  class OneKey extends ssh2.BaseAgent<ParsedKey> {
    override getIdentities(callback: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
      callback(undefined, [publicKey]);
    }
    override sign(
      key: ParsedKey,
      data: Buffer,
      options: SigningRequestOptions | SignCallback,
      callback?: SignCallback,
    ): void {
      const answer = typeof options === "function" ? options : callback;
      sign({ key, data, options: typeof options === "function" ? {} : options }).then(
        (signature) => answer?.(undefined, signature),
        (error: unknown) => answer?.(error instanceof Error ? error : new Error(String(error))),
      );
    }
  }
  return new OneKey();
}

async function signByAgent(ssh2: Ssh2, socket: string, request: SignRequest, deadline: Deadline): Promise<Buffer> {
  return await deadline.paused(async () => {
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const timer = setTimeout(() => reject(new Error("the agent does not sign")), agentSignLimitMs);
    ssh2.createAgent(socket).sign(request.key, request.data, request.options, (error, signature) => {
      if (error instanceof Error || signature === undefined) reject(error ?? new Error("no signature"));
      else resolve(signature);
    });
    return await promise.finally(() => clearTimeout(timer));
  });
}
