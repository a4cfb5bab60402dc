import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { defaultMaxBytes, limitedTo } from "../../clone/git/limited-to.ts";
import { cloneOffers } from "../../contract/remote/offers.ts";
import type { SentOptions } from "../../contract/remote/store.ts";
import type { GitInside, InsideOptions } from "../../clone/types.ts";
import type { OneSession, OpenClone } from "../../session/session-host.ts";
import { answers } from "./answers.ts";
import type { Link } from "./link.ts";
import { invalid } from "./sanitize.ts";

/**
 * Opens a session's clone on a host, for `pull` and `push`, or only to read. The output of git there is untrusted.
 */
export async function openRemoteClone(
  link: Link,
  selector: OneSession,
  how: "cloneOpen" | "cloneRead" = "cloneOpen",
): Promise<OpenClone> {
  const answer = await link.peer.call(how, selector);
  const { lease, ...facts } = answers.clone(answer, selector);
  return {
    ...facts,
    inside: insideOver(link, lease),
    close: async () => void (await link.peer.call("cloneClose", lease)),
  };
}

function insideOver(link: Link, lease: number): GitInside {
  return {
    script: async (text, options = {}) => {
      const answer = cloneOffers.cloneScript.output.safeParse(
        await link.peer.call("cloneScript", lease, text, sent(options)),
      );
      if (!answer.success) throw invalid("an invalid result of a script");
      return answer.data;
    },
    save: async (text, file, { maxBytes = defaultMaxBytes, ...options } = {}) => {
      const stream = link.nextStream();
      const target = createWriteStream(file, { flags: "wx", mode: 0o600 });
      const saved = pipeline(link.streams.take(stream), limitedTo(maxBytes), target);
      const call = link.peer.call("cloneSave", lease, text, { ...sent(options), maxBytes }, stream);
      try {
        const [answer] = await Promise.all([call, saved]);
        const result = cloneOffers.cloneSave.output.safeParse(answer);
        if (!result.success) throw invalid("an invalid result of a script");
        return result.data;
      } catch (error) {
        link.streams.drop(stream);
        throw error;
      }
    },
  };
}

function sent({ input, ...rest }: InsideOptions): SentOptions {
  return { ...rest, ...(input === undefined ? {} : { input: Buffer.from(input).toString("base64") }) };
}
