import { plain } from "../../../system/text.ts";

/**
 * The escape sequence with which a terminal shows a notification: OSC 9 for iTerm2, OSC 777 for others. The texts have no control
 * characters, so that they cannot end the sequence and start another one.
 */
export function terminalSequence(
  env: Readonly<Record<string, string | undefined>>,
  title: string,
  body: string,
): string {
  const safe = (text: string): string => plain(text).replaceAll(";", ",").slice(0, 200).toWellFormed();
  if (env["TERM_PROGRAM"] === "iTerm.app") return `\u001B]9;cowork: ${safe(title)} (${safe(body)})\u0007`;
  return `\u001B]777;notify;cowork: ${safe(title)};${safe(body)}\u0007`;
}
