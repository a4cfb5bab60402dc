import type { Engine } from "./engine.ts";

type Mount = Partial<Record<"Type" | "Source" | "Target" | "Consistency", string>> & { ReadOnly?: true };

interface Body {
  Env: string[];
  Labels: Record<string, string>;
  Hostname?: string;
  User?: string;
  Entrypoint?: string[];
  AttachStdout?: true;
  AttachStderr?: true;
  HostConfig: {
    NetworkMode: "default";
    RestartPolicy: { Name: "no" };
    CapAdd: string[] | null;
    Devices: [];
    Mounts: Mount[];
    Init?: true;
    Privileged?: true;
  };
}

/** Reads `type=bind,source=…,target=…`, but nothing that needs the quoting of CSV. */
function parseMount(text: string): Mount | undefined {
  const mount: Mount = {};
  for (const field of text.split(",")) {
    const [key, ...rest] = field.split("=");
    const value = rest.length === 0 ? undefined : rest.join("=");
    if (/^(?:readonly|ro)$/.test(key ?? "") && (value === undefined || value === "true")) mount.ReadOnly = true;
    else if (value === undefined) return undefined;
    else if (key === "type" && /^(?:bind|volume)$/.test(value)) mount.Type = value;
    else if (key === "source" || key === "src") mount.Source = value;
    else if (key === "target" || key === "dst") mount.Target = value;
    else if (key === "consistency") mount.Consistency = value;
    else return undefined;
  }
  return !/["\n]/.test(text) && mount.Type && mount.Target ? mount : undefined;
}

/** Returns the name as the docker client writes it. */
function capability(name: string): string {
  return `CAP_${name.toUpperCase().replace(/^CAP_/, "")}`.replace(/^CAP_ALL$/, "ALL");
}

/** Options with a value. Each function returns whether it understood the value. */
const withValue: Readonly<Record<string, (body: Body, value: string) => boolean>> = {
  "-a": (body, value) => {
    if (value === "STDOUT") body.AttachStdout = true;
    else if (value === "STDERR") body.AttachStderr = true;
    else return false;
    return true;
  },
  "-e": ({ Env }, value) => value.includes("=") && Env.push(value) > 0,
  "-l": ({ Labels }, value) => {
    const [name = "", ...rest] = value.split("=");
    return name !== "" && Reflect.set(Labels, name, rest.join("="));
  },
  "-u": (body, value) => Reflect.set(body, "User", value),
  "--cap-add": ({ HostConfig }, value) => (HostConfig.CapAdd ??= []).push(capability(value)) > 0,
  "--entrypoint": (body, value) => value !== "" && Reflect.set(body, "Entrypoint", [value]),
  "--mount": ({ HostConfig }, value) => {
    const mount = parseMount(value);
    return mount !== undefined && HostConfig.Mounts.push(mount) > 0;
  },
};

const alone: Readonly<Record<string, (body: Body) => void>> = {
  "--sig-proxy=false": () => undefined,
  "--init": ({ HostConfig }) => (HostConfig.Init = true),
  "--privileged": ({ HostConfig }) => (HostConfig.Privileged = true),
};

/** cowork adds it to every container (override/host-name.ts), so it must not need the client. */
const hostname = /^--hostname=(.+)$/s;

/** Returns the request that the client would send, or undefined if an argument is not understood exactly. */
export function parseRun(args: readonly string[]): (Body & { Image: string; Cmd: string[] }) | undefined {
  const host: Body["HostConfig"] = {
    NetworkMode: "default",
    RestartPolicy: { Name: "no" },
    CapAdd: null,
    Devices: [],
    Mounts: [],
  };
  const body: Body = { Env: [], Labels: {}, HostConfig: host };
  for (let at = 1; at < args.length; at += 1) {
    const word = args[at] ?? "";
    const value = args[at + 1];
    const name = hostname.exec(word)?.[1];
    if (name !== undefined) body.Hostname = name;
    else if (Object.hasOwn(alone, word)) alone[word]?.(body);
    else if (Object.hasOwn(withValue, word) && value !== undefined) {
      if (withValue[word]?.(body, value) !== true) return undefined;
      at += 1;
    } else if (word.startsWith("-")) return undefined;
    else {
      if (host.CapAdd !== null) host.CapAdd = [...new Set(host.CapAdd)].toSorted();
      return { ...body, Image: word, Cmd: args.slice(at + 1) };
    }
  }
  return undefined;
}

/**
 * `docker run`: creates and starts a container. Returns undefined if the client has to do it, or has to report why it fails; in
 * that case the container is removed again.
 * @returns the id of the container
 */
export async function run(engine: Engine, args: readonly string[]): Promise<string | undefined> {
  const body = parseRun(args);
  if (body === undefined) return undefined;
  const made = await engine.ask("/containers/create", { method: "POST", body, wanted: [201] });
  if (made === undefined) return undefined;
  const { Id: id } = JSON.parse(made) as { Id: string };
  if ((await engine.ask(`/containers/${id}/start`, { method: "POST", wanted: [204] })) !== undefined) return id;
  await engine.ask(`/containers/${id}?force=1&v=1`, { method: "DELETE", wanted: [204] });
  return undefined;
}

/** Waits until the container has ended and returns its exit code. */
export async function waitFor(engine: Engine, id: string): Promise<number> {
  const answer = await engine.ask(`/containers/${id}/wait`, { method: "POST" });
  return (JSON.parse(answer ?? "{}") as { StatusCode?: number }).StatusCode ?? 125;
}
