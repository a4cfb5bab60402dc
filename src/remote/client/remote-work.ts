import type { ZodMiniType } from "zod/mini";
import type { Selector } from "../../contract/remote/requests.ts";
import type { HostCalls, HostInputs } from "../../contract/remote/rpc.ts";
import { workCalls } from "../../contract/work/calls.ts";
import { invalid, sanitizeLong } from "./sanitize.ts";

type WorkMethod = keyof typeof workCalls;

export interface RemoteCalls {
  /** the user's name for the host */
  name: string;
  call: <M extends WorkMethod>(method: M, ...args: HostInputs[M]) => Promise<unknown>;
  /** the same with a time limit, for calls that only read */
  look: <M extends WorkMethod>(method: M, ...args: HostInputs[M]) => Promise<unknown>;
  /** marks the project of a selector as one that is on another machine */
  there: <S extends Selector>(selector: S) => S;
}

/** The calls of a host about agents at work. Their texts keep their lines: a command must be shown exactly as it runs. */
export function remoteWork({ name, call, look, there }: RemoteCalls): Pick<HostCalls, WorkMethod> {
  const read = <M extends WorkMethod>(method: M, answer: unknown): Awaited<ReturnType<HostCalls[M]>> => {
    const output = workCalls[method].output as unknown as ZodMiniType<Awaited<ReturnType<HostCalls[M]>>>;
    const found = output.safeParse(atHost(sanitizeLong(answer), name));
    if (!found.success) throw invalid("data that has an unexpected form");
    return found.data;
  };
  return {
    runStart: async (selector, request) => read("runStart", await call("runStart", there(selector), request)),
    runs: async (selector, wanted) => read("runs", await look("runs", there(selector), wanted)),
    runStop: async (selector, wanted) => read("runStop", await call("runStop", there(selector), wanted)),
    runSupervise: async (run) => read("runSupervise", await call("runSupervise", run)),
    work: async (selector, options) => read("work", await look("work", there(selector), options)),
    approvals: async (selector) => read("approvals", await look("approvals", there(selector))),
    approvalShown: async (selector, shown) =>
      read("approvalShown", await call("approvalShown", there(selector), shown)),
    approvalAnswer: async (selector, answer) =>
      read("approvalAnswer", await call("approvalAnswer", there(selector), answer)),
    send: async (selector, prompt) => read("send", await call("send", there(selector), prompt)),
    interrupt: async (selector, who) => read("interrupt", await call("interrupt", there(selector), who)),
    agentOpen: async (selector, request) => {
      const own = there(selector);
      return read("agentOpen", await call("agentOpen", own, request));
    },
    agentWindow: async (selector) => read("agentWindow", await look("agentWindow", there(selector))),
    transcript: async (selector, query) => read("transcript", await look("transcript", there(selector), query)),
    mute: async (selector, request) => read("mute", await call("mute", there(selector), request)),
    notifier: async (options) => read("notifier", await look("notifier", options)),
    noteMerging: async (selector, events) => read("noteMerging", await call("noteMerging", there(selector), events)),
    noteChanged: async (selector, changed) => read("noteChanged", await call("noteChanged", there(selector), changed)),
    claims: async (selector) => read("claims", await look("claims", there(selector))),
    claim: async (selector, request) => read("claim", await call("claim", there(selector), request)),
    claimRelease: async (selector, wanted) => read("claimRelease", await call("claimRelease", there(selector), wanted)),
    events: async (selector, query) => read("events", await look("events", there(selector), query)),
  };
}

/** The host calls itself `local`: here it has the user's name for it, in the fields `host` and in ids of events. */
function atHost(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return value.map((one) => atHost(one, name));
  if (value === null || typeof value !== "object") return value;
  const fields = Object.entries(value).map(([key, one]) => {
    // What the agent gave is data, not ours.
    if (key === "input" || key === "data") return [key, one];
    if (key === "host") return [key, name];
    if (key === "id" && typeof one === "string" && one.startsWith("local:")) return [key, name + one.slice(5)];
    return [key, atHost(one, name)];
  });
  return Object.fromEntries(fields);
}
