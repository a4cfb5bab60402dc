import { plainLines } from "../../system/text.ts";
import { commandTexts } from "../source/named-files.ts";
import type { ConfigSource, Json } from "../types.ts";
import type { Verdict } from "./verdict.ts";

/**
 * `initializeCommand` runs on the host itself, so it is always a finding, with its text and the files that it names.
 * @param files paths in the source
 */
export async function judgeInitialize(
  verdict: Verdict,
  source: ConfigSource,
  command: Json,
  files: readonly string[],
): Promise<void> {
  const why = "runs on this machine, as you, once for every new session";
  for (const text of commandTexts(command)) verdict.add("initializeCommand", text, why);
  for (const path of files) {
    const bytes = await source.read(path).catch(() => undefined);
    const lines = bytes === undefined ? 0 : plainLines(new TextDecoder().decode(bytes)).length;
    verdict.add(
      "initializeCommand",
      path,
      `may be run or read by that command (${lines} ${lines === 1 ? "line" : "lines"})`,
    );
  }
}
