import { isPlainPort } from "../override/ports.ts";
import { ownVariables, unclear } from "./judge-mount.ts";

/**
 * The options of `docker run`, and which of them need the user's yes. An allow-list: what does not stand here, and what
 * stands here with a reason, is shown. `gives` is the reason, one sentence without a full stop; a function looks at the value.
 * Where docker reads a value, as a list of fields say, only the plain form passes: two readers of one text can disagree.
 */
export interface RunFlag {
  short?: string;
  /** no value: a boolean, which takes one only as `--flag=value` */
  takesValue: boolean;
  gives?: string | ((value: string) => string | undefined);
}

/** Any text: it ends up inside the container as it stands, and docker reads nothing in it. */
const text: RunFlag = { takesValue: true };
const boolean: RunFlag = { takesValue: false };
const short = (letter: string, flag: RunFlag): RunFlag => ({ ...flag, short: letter });
const valueThat = (gives: NonNullable<RunFlag["gives"]>): RunFlag => ({ takesValue: true, gives });
const booleanThat = (gives: string): RunFlag => ({ takesValue: false, gives });
/** A value that docker reads: passes where it has the plain form, once the variables that a project cannot choose are put in. */
const formed = (form: RegExp): RunFlag => valueThat((given) => (hasForm(given, form) ? undefined : unclear));
const word = formed(/^[\w.-]+$/);
/** `1.5`, `512m`, `-1`, `30s` */
const amount = formed(/^-?\d[\w.]*$/);
const address = formed(/^[0-9a-fA-F.:]+$/);

const device = "gives the container a device of the host";
const limits = "changes how the host shares its devices among containers";

export const runFlags: Readonly<Record<string, RunFlag>> = {
  "add-host": formed(/^[\w.-]+[:=](host-gateway|\[?[0-9a-fA-F.:]+\]?)$/),
  annotation: valueThat("hands settings to the host's container runtime"),
  attach: short("a", formed(/^(stdin|stdout|stderr)$/i)),
  "blkio-weight": amount,
  "blkio-weight-device": valueThat(limits),
  "cap-add": valueThat("gives the container rights that containers do not have by default"),
  "cap-drop": word,
  "cgroup-parent": valueThat("puts the container among the host's own control groups"),
  cgroupns: valueThat((mode) => (mode === "private" ? undefined : "shows the container the host's control groups")),
  cidfile: valueThat("writes a file on the host"),
  "cpu-count": amount,
  "cpu-percent": amount,
  "cpu-period": amount,
  "cpu-quota": amount,
  "cpu-rt-period": valueThat("lets the container take real-time slots of the host's processors"),
  "cpu-rt-runtime": valueThat("lets the container take real-time slots of the host's processors"),
  "cpu-shares": short("c", amount),
  cpus: amount,
  "cpuset-cpus": formed(/^[\d,-]+$/),
  "cpuset-mems": formed(/^[\d,-]+$/),
  detach: short("d", boolean),
  "detach-keys": formed(/^[\w@[\]\\^,-]+$/),
  device: valueThat(device),
  "device-cgroup-rule": valueThat("allows the container devices of the host"),
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
  "env-file": valueThat(
    "reads a file of the host, and variables that the file names, into the container's environment",
  ),
  expose: formed(/^\d+(-\d+)?(\/(tcp|udp|sctp))?$/),
  gpus: valueThat("gives the container the host's graphics cards"),
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
  isolation: valueThat("chooses how far the container is kept apart from the host"),
  "kernel-memory": amount,
  label: short("l", text),
  "label-file": valueThat("reads a file of the host into the container's labels"),
  link: valueThat("connects the container with another one"),
  "link-local-ip": address,
  "log-driver": valueThat((driver) =>
    ["json-file", "local", "none"].includes(driver) ? undefined : "sends the container's output somewhere else",
  ),
  "log-opt": valueThat((option) =>
    isHarmlessLogOption(option) ? undefined : "sends the container's output somewhere else",
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
  "oom-kill-disable": booleanThat("lets the container take the host's memory"),
  "oom-score-adj": valueThat("changes which of the host's processes are ended when memory runs out"),
  pid: valueThat((mode) =>
    mode === "" ? undefined : "shows the container the processes of the host or another container",
  ),
  "pids-limit": amount,
  platform: formed(/^[\w.-]+(\/[\w.-]+)*$/),
  privileged: booleanThat("gives the container the host: all devices, all rights"),
  // rewritten by ports.ts, which reads it too
  publish: short(
    "p",
    valueThat((port) => (isPlainPort(port) ? undefined : unclear)),
  ),
  "publish-all": short("P", booleanThat("opens ports of the container on all addresses of the host")),
  pull: word,
  quiet: short("q", boolean),
  "read-only": boolean,
  restart: text,
  rm: boolean,
  runtime: valueThat("runs the container with another runtime of the host"),
  "security-opt": valueThat((option) =>
    /^no-new-privileges([:=]true)?$/.test(option) ? undefined : "changes what keeps the container apart from the host",
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
  "use-api-socket": booleanThat("gives the container the Docker Engine, and with it the host"),
  user: short("u", formed(/^[\w.-]+(:[\w.-]*)?$/)),
  userns: valueThat("takes the container out of the user namespace that keeps it apart from the host"),
  uts: valueThat((mode) => (mode === "" ? undefined : "lets the container change the host's name")),
  // judged by judge-mount.ts
  volume: short("v", text),
  "volume-driver": valueThat("has a plug-in of the host make the volumes"),
  "volumes-from": valueThat("gives the container the mounts of another one"),
  workdir: short("w", text),
};

/** `-e NAME` without a value takes it from the environment of whoever starts the container. */
function judgeEnv(given: string): string | undefined {
  return given.includes("=") ? undefined : "takes a variable of this machine into the container";
}

function hasForm(given: string, form: RegExp): boolean {
  return form.test(given.replace(ownVariables, "x"));
}

/** Options of the log drivers that write on the engine's own disk. An engine may have another one as its default. */
export function isHarmlessLogOption(option: string): boolean {
  return /^(max-size|max-file|compress|mode|max-buffer-size|labels|tag)=[\w.,:/{}-]*$/.test(option);
}

/** Also `name=bridge` is shown: docker reads fields there, in any case, and takes the last of two that are called the same. */
function judgeNetwork(mode: string): string | undefined {
  if (["bridge", "default", "none", ""].includes(mode)) return undefined;
  if (/[=,"]/.test(mode)) return unclear;
  if (mode === "host") return "gives the container the host's own network, with everything that listens there";
  return mode.startsWith("container:")
    ? "gives the container the network of another one"
    : "connects the container with whatever else is on that network";
}
