import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { AttachIo } from "../../../src/engine/types.ts";

/** A scripted terminal: records what is shown and sends keys. */
export interface PlayedTerminal {
  io: AttachIo;
  /** everything shown so far, without control sequences and line breaks */
  shown(): string;

  type(text: string): void;
  /** resolves with the first match in what was shown */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
}

export function playTerminal(options: { columns?: number; signal?: AbortSignal } = {}): PlayedTerminal {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let text = "";
  stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const shown = (): string => stripVTControlCharacters(text).replace(/[\r\n]/g, "");
  return {
    io: {
      stdin,
      stdout,
      stderr: stdout,
      tty: { columns: options.columns ?? 80, rows: 40, onResize: () => () => undefined },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    },
    shown,
    type: (keys) => void stdin.write(keys),
    async waitFor(pattern) {
      for (let i = 0; i < 600; i += 1) {
        const found = pattern.exec(shown());
        if (found !== null) return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error(`${String(pattern)} was not shown, but: ${shown()}`);
    },
  };
}

/** Completes a login as a user does: takes the code from the link and types it. */
export async function typeCode(terminal: PlayedTerminal): Promise<void> {
  const [, state] = await terminal.waitFor(/[?&]state=\s*([\w-]{43})/);
  await terminal.waitFor(/Paste\s*code\s*here/);
  terminal.type(`made-up-code#${state}`);
  await new Promise((resolve) => setTimeout(resolve, 500));
  terminal.type("\r");
}
