import { isPlainPort } from "../override/ports.ts";
import { ownVariables, unclear } from "./judge-mount.ts";

/**
 * The options of `docker run`, and which of them the user has to agree to. This is an allow-list: an option that is missing here,
 * or has a reason here, is a finding. `gives` is the reason, without a full stop, or a function of the value. If docker parses a
 * value, for example as a list of fields, only the plain form is accepted, because two parsers may read one text differently.
 */
export interface RunFlag {
  short?: string;
  /** false for a boolean, which takes a value only as `--flag=value` */
  takesValue: boolean;
  gives?: string | ((value: string) => string | undefined);
}

/** Any text: docker passes it to the container unchanged and does not parse it. */
const text: RunFlag = { takesValue: true };
const boolean: RunFlag = { takesValue: false };
const short = (letter: string, flag: RunFlag): RunFlag => ({ ...flag, short: letter });
const valueThat = (gives: NonNullable<RunFlag["gives"]>): RunFlag => ({ takesValue: true, gives });
const booleanThat = (gives: string): RunFlag => ({ takesValue: false, gives });
/** A value that docker parses: accepted in the plain form, after replacing variables that a project cannot choose. */
const formed = (form: RegExp): RunFlag => valueThat((given) => (hasForm(given, form) ? undefined : unclear));
const word = formed(/^[\w.-]+$/);
/** `1.5`, `512m`, `-1`, `30s` */
const amount = formed(/^-?\d[\w.]*$/);
const address = formed(/^[0-9a-fA-F.:]+$/);

const device = "gives the container access to a device of the host";
const limits = "changes how the host shares its devices among containers";

export const runFlags: Readonly<Record<string, RunFlag>> = {
  "add-host": formed(/^[\w.-]+[:=](host-gateway|\[?[0-9a-fA-F.:]+\]?)$/),
  annotation: valueThat("passes settings to the host's container runtime"),
  attach: short("a", formed(/^(stdin|stdout|stderr)$/i)),
  "blkio-weight": amount,
  "blkio-weight-device": valueThat(limits),
  "cap-add": valueThat("gives the container capabilities that containers do not have by default"),
  "cap-drop": word,
  "cgroup-parent": valueThat("puts the container into a control group of the host"),
  cgroupns: valueThat((mode) => (mode === "private" ? undefined : "shows the container the host's control groups")),
  cidfile: valueThat("writes a file on the host"),
  "cpu-count": amount,
  "cpu-percent": amount,
  "cpu-period": amount,
  "cpu-quota": amount,
  "cpu-rt-period": valueThat("gives the container real-time CPU time of the host"),
  "cpu-rt-runtime": valueThat("gives the container real-time CPU time of the host"),
  "cpu-shares": short("c", amount),
  cpus: amount,
  "cpuset-cpus": formed(/^[\d,-]+$/),
  "cpuset-mems": formed(/^[\d,-]+$/),
  detach: short("d", boolean),
  "detach-keys": formed(/^[\w@[\]\\^,-]+$/),
  device: valueThat(device),
  "device-cgroup-rule": valueThat("allows the container access to devices of the host"),
  "device-read-bps": valueThat(limits),
  "device-read-iops": valueThat(limits),
  "device-write-bps": valueThat(limits),
  "device-write-iops": valueThat(limits),
  "disable-content-trust": boolean,
  dns: address,
  "dns-opt": formed(/^[\w.:-]+$/),
  "dns-option": formed(/^[\w.:-]+$/),
  "dns-search": word,
  domainname: word,
  entrypoint: text,
  env: short("e", valueThat(judgeEnv)),
  "env-file": valueThat("passes a file of the host, and variables that the file names, to the container's environment"),
  expose: formed(/^\d+(-\d+)?(\/(tcp|udp|sctp))?$/),
  gpus: valueThat("gives the container access to the host's GPUs"),
  "group-add": word,
  "health-cmd": text,
  "health-interval": amount,
  "health-retries": amount,
  "health-start-interval": amount,
  "health-start-period": amount,
  "health-timeout": amount,
  hostname: short("h", word),
  init: boolean,
  interactive: short("i", boolean),
  ip: address,
  ip6: address,
  ipc: valueThat((mode) =>
    ["", "none", "private", "shareable"].includes(mode)
      ? undefined
      : "shares memory with the host or another container",
  ),
  isolation: valueThat("changes the isolation of the container from the host"),
  "kernel-memory": amount,
  label: short("l", text),
  "label-file": valueThat("passes a file of the host to the container's labels"),
  link: valueThat("connects the container to another container"),
  "link-local-ip": address,
  "log-driver": valueThat((driver) =>
    ["json-file", "local", "none"].includes(driver) ? undefined : "sends the container's output to another place",
  ),
  "log-opt": valueThat((option) =>
    isHarmlessLogOption(option) ? undefined : "sends the container's output to another place",
  ),
  "mac-address": address,
  memory: short("m", amount),
  "memory-reservation": amount,
  "memory-swap": amount,
  "memory-swappiness": amount,
  // judged by judge-mount.ts
  mount: text,
  name: text,
  net: valueThat(judgeNetwork),
  "net-alias": word,
  network: valueThat(judgeNetwork),
  "network-alias": word,
  "no-healthcheck": boolean,
  "oom-kill-disable": booleanThat("lets the container use up the host's memory"),
  "oom-score-adj": valueThat("changes which of the host's processes are ended when memory runs out"),
  pid: valueThat((mode) =>
    mode === "" ? undefined : "shows the container the processes of the host or another container",
  ),
  "pids-limit": amount,
  platform: formed(/^[\w.-]+(\/[\w.-]+)*$/),
  privileged: booleanThat("gives the container full access to the host"),
  // rewritten by ports.ts, which also parses it
  publish: short(
    "p",
    valueThat((port) => (isPlainPort(port) ? undefined : unclear)),
  ),
  "publish-all": short("P", booleanThat("publishes ports of the container on all addresses of the host")),
  pull: word,
  quiet: short("q", boolean),
  "read-only": boolean,
  restart: text,
  rm: boolean,
  runtime: valueThat("runs the container with another container runtime"),
  "security-opt": valueThat((option) =>
    /^no-new-privileges([:=]true)?$/.test(option) ? undefined : "changes the isolation of the container from the host",
  ),
  "shm-size": amount,
  "sig-proxy": boolean,
  "stop-signal": word,
  "stop-timeout": amount,
  "storage-opt": valueThat("sets options of the host's storage"),
  sysctl: formed(/^(net\.|kernel\.(msg|sem|shm)|fs\.mqueue\.)[\w./-]*=[\w .:,-]*$/),
  tmpfs: formed(/^\/[^:,"\p{Cc}]*(:[\w=.%,-]*)?$/u),
  tty: short("t", boolean),
  ulimit: formed(/^[a-z]+=(-?\d+|unlimited)(:(-?\d+|unlimited))?$/),
  "use-api-socket": booleanThat("gives the container access to the Docker Engine, and so to the host"),
  user: short("u", formed(/^[\w.-]+(:[\w.-]*)?$/)),
  userns: valueThat("runs the container outside the user namespace that isolates it from the host"),
  uts: valueThat((mode) => (mode === "" ? undefined : "lets the container change the host's name")),
  // judged by judge-mount.ts
  volume: short("v", text),
  "volume-driver": valueThat("creates volumes with a plug-in of the host"),
  "volumes-from": valueThat("gives the container the mounts of another container"),
  workdir: short("w", text),
};

/** `-e NAME` without a value takes it from the environment of the user who starts the container. */
function judgeEnv(given: string): string | undefined {
  return given.includes("=") ? undefined : "passes a variable of this machine to the container";
}

function hasForm(given: string, form: RegExp): boolean {
  return form.test(given.replace(ownVariables, "x"));
}

/** Options of log drivers that write to the engine's own disk. The default driver of an engine may be another one. */
export function isHarmlessLogOption(option: string): boolean {
  return /^(max-size|max-file|compress|mode|max-buffer-size|labels|tag)=[\w.,:/{}-]*$/.test(option);
}

/** `name=bridge` is a finding, too: docker parses fields in any case, and uses the last of two equal ones. */
function judgeNetwork(mode: string): string | undefined {
  if (["bridge", "default", "none", ""].includes(mode)) return undefined;
  if (/[=,"]/.test(mode)) return unclear;
  if (mode === "host") return "gives the container access to the host's network and everything that listens there";
  return mode.startsWith("container:")
    ? "gives the container the network of another container"
    : "connects the container to everything else on that network";
}
