import { randomUUID } from "node:crypto";
import { execa } from "execa";
import type { PlainSession } from "./plain-session.ts";

/** A line of the agent's stream, as far as tests read it. */
export interface Line {
  type: string;
  subtype?: string;
  request_id?: string;
  request?: { subtype: string; tool_name?: string; input?: Record<string, unknown> };
  /** of a `result` */
  result?: string;
  is_error?: boolean;
  api_error_status?: number | null;
  total_cost_usd?: number;
  session_id?: string;
  rate_limit_info?: { status: string; resetsAt?: number };
}

/** The agent without a terminal: JSON lines in through a FIFO that stays open, JSON lines out. */
export interface Headless {
  prompt(text: string): Promise<void>;
  /** answers a question (`control_request` of subtype `can_use_tool`) */
  answer(question: Line, decision: object): Promise<void>;
  lines: readonly Line[];
  /** resolves with the first line that matches, also one that has been printed; rejects when the agent has ended without it */
  waitFor(matches: (line: Line) => boolean): Promise<Line>;
  /** resolves with the result of the nth turn, from 1 */
  result(turn: number): Promise<Line>;
  question(tool: string): Promise<Line>;
  /** ends the agent; resolves with its exit code */
  end(signal?: "TERM" | "KILL"): Promise<number>;
}

/** Starts the agent as `cowork run` does. `--permission-prompt-tool stdio` makes its questions wait for an answer. */
export function startHeadless(session: PlainSession, args: readonly string[] = []): Headless {
  const folder = `/tmp/headless-${randomUUID()}`;
  const script = [
    'mkdir "$0" && mkfifo "$0/in" && exec 3<>"$0/in"',
    // The shell keeps both ends open: those who write come and go, and the agent sees no end of its input.
    '"$@" <&3 & echo $! >"$0/pid"',
    "wait $!",
  ].join("\n");
  const streams = ["--input-format", "stream-json", "--output-format", "stream-json", "--verbose"];
  const claude = ["claude", "-p", ...streams, "--permission-prompt-tool", "stdio", ...args];
  const env = ["CLAUDE_CODE_MAX_RETRIES=2"];
  const [docker, ...rest] = session.inside(["sh", "-c", script, folder, ...claude], { env });
  const running = execa(docker!, rest, { reject: false, stdin: "ignore" });
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((one) => one());
  let ended = false;
  const read = async (): Promise<void> => {
    for await (const text of running) {
      lines.push(JSON.parse(text) as Line);
      wake();
    }
  };
  const done = read().then(
    () => running,
    () => running,
  );
  void done.finally(() => {
    ended = true;
    wake();
  });
  const waitFor: Headless["waitFor"] = (matches) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = lines.find(matches);
        if (found === undefined && !ended) return;
        waiting.delete(look);
        if (found !== undefined) return resolve(found);
        done.then(({ exitCode, stderr }) => reject(new Error(`ended with ${String(exitCode)}: ${stderr}`)), reject);
      };
      waiting.add(look);
      look();
    });
  // the FIFO exists once the shell has come to it
  const write = 'until [ -p "$0/in" ]; do sleep 0.05; done; cat >"$0/in"';
  const send = async (line: object): Promise<void> => {
    await session.run(["sh", "-c", write, folder], { input: `${JSON.stringify(line)}\n` });
  };
  return {
    lines,
    waitFor,
    prompt: (content) => send({ type: "user", message: { role: "user", content } }),
    answer: ({ request_id }, response) =>
      send({ type: "control_response", response: { subtype: "success", request_id, response } }),
    result: async (turn) => {
      const results = (): Line[] => lines.filter((line) => line.type === "result");
      await waitFor(() => results().length >= turn);
      return results()[turn - 1]!;
    },
    question: (tool) => waitFor(({ request }) => request?.subtype === "can_use_tool" && request.tool_name === tool),
    end: async (signal = "TERM") => {
      await session.run(["sh", "-c", `kill -${signal} "$(cat "$0/pid")"`, folder]);
      return (await done).exitCode ?? 128;
    },
  };
}
