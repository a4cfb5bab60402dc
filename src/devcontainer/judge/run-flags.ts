/**
 * The options of `docker run`, and which of them need the user's yes. An allow-list: what does not stand here, and what
 * stands here with a reason, is shown. `gives` is the reason, one sentence without a full stop; a function looks at the value.
 */
export interface RunFlag {
  short?: string;
  /** no value: a boolean, which takes one only as `--flag=value` */
  takesValue: boolean;
  gives?: string | ((value: string) => string | undefined);
}

const value: RunFlag = { takesValue: true };
const boolean: RunFlag = { takesValue: false };
const short = (letter: string, flag: RunFlag): RunFlag => ({ ...flag, short: letter });
const valueThat = (gives: NonNullable<RunFlag["gives"]>): RunFlag => ({ takesValue: true, gives });
const booleanThat = (gives: string): RunFlag => ({ takesValue: false, gives });

const device = "gives the container a device of the host";
const limits = "changes how the host shares its devices among containers";

export const runFlags: Readonly<Record<string, RunFlag>> = {
  "add-host": value,
  annotation: valueThat("hands settings to the host's container runtime"),
  attach: short("a", value),
  "blkio-weight": value,
  "blkio-weight-device": valueThat(limits),
  "cap-add": valueThat("gives the container rights that containers do not have by default"),
  "cap-drop": value,
  "cgroup-parent": valueThat("puts the container among the host's own control groups"),
  cgroupns: valueThat((mode) => (mode === "private" ? undefined : "shows the container the host's control groups")),
  cidfile: valueThat("writes a file on the host"),
  "cpu-count": value,
  "cpu-percent": value,
  "cpu-period": value,
  "cpu-quota": value,
  "cpu-rt-period": valueThat("lets the container take real-time slots of the host's processors"),
  "cpu-rt-runtime": valueThat("lets the container take real-time slots of the host's processors"),
  "cpu-shares": short("c", value),
  cpus: value,
  "cpuset-cpus": value,
  "cpuset-mems": value,
  detach: short("d", boolean),
  "detach-keys": value,
  device: valueThat(device),
  "device-cgroup-rule": valueThat("allows the container devices of the host"),
  "device-read-bps": valueThat(limits),
  "device-read-iops": valueThat(limits),
  "device-write-bps": valueThat(limits),
  "device-write-iops": valueThat(limits),
  "disable-content-trust": boolean,
  dns: value,
  "dns-opt": value,
  "dns-option": value,
  "dns-search": value,
  domainname: value,
  entrypoint: value,
  env: short("e", valueThat(judgeEnv)),
  "env-file": valueThat(
    "reads a file of the host, and variables that the file names, into the container's environment",
  ),
  expose: value,
  gpus: valueThat("gives the container the host's graphics cards"),
  "group-add": value,
  "health-cmd": value,
  "health-interval": value,
  "health-retries": value,
  "health-start-interval": value,
  "health-start-period": value,
  "health-timeout": value,
  hostname: short("h", value),
  init: boolean,
  interactive: short("i", boolean),
  ip: value,
  ip6: value,
  ipc: valueThat((mode) =>
    ["", "none", "private", "shareable"].includes(mode)
      ? undefined
      : "shares memory with the host or another container",
  ),
  isolation: valueThat("chooses how far the container is kept apart from the host"),
  "kernel-memory": value,
  label: short("l", value),
  "label-file": valueThat("reads a file of the host into the container's labels"),
  link: valueThat("connects the container with another one"),
  "link-local-ip": value,
  "log-driver": valueThat((driver) =>
    ["json-file", "local", "none"].includes(driver) ? undefined : "sends the container's output somewhere else",
  ),
  "log-opt": valueThat((option) =>
    /^(max-size|max-file|compress|mode|max-buffer-size|labels|tag)=/.test(option)
      ? undefined
      : "sends the container's output somewhere else",
  ),
  "mac-address": value,
  memory: short("m", value),
  "memory-reservation": value,
  "memory-swap": value,
  "memory-swappiness": value,
  // judged by judge-mount.ts
  mount: value,
  name: value,
  net: valueThat(judgeNetwork),
  "net-alias": value,
  network: valueThat(judgeNetwork),
  "network-alias": value,
  "no-healthcheck": boolean,
  "oom-kill-disable": booleanThat("lets the container take the host's memory"),
  "oom-score-adj": valueThat("changes which of the host's processes are ended when memory runs out"),
  pid: valueThat((mode) =>
    mode === "" ? undefined : "shows the container the processes of the host or another container",
  ),
  "pids-limit": value,
  platform: value,
  privileged: booleanThat("gives the container the host: all devices, all rights"),
  // rewritten by ports.ts
  publish: short("p", value),
  "publish-all": short("P", booleanThat("opens ports of the container on all addresses of the host")),
  pull: value,
  quiet: short("q", boolean),
  "read-only": boolean,
  restart: value,
  rm: boolean,
  runtime: valueThat("runs the container with another runtime of the host"),
  "security-opt": valueThat((option) =>
    /^no-new-privileges([:=]true)?$/.test(option) ? undefined : "changes what keeps the container apart from the host",
  ),
  "shm-size": value,
  "sig-proxy": boolean,
  "stop-signal": value,
  "stop-timeout": value,
  "storage-opt": valueThat("sets options of the host's storage"),
  sysctl: value,
  tmpfs: value,
  tty: short("t", boolean),
  ulimit: value,
  "use-api-socket": booleanThat("gives the container the Docker Engine, and with it the host"),
  user: short("u", value),
  userns: valueThat("takes the container out of the user namespace that keeps it apart from the host"),
  uts: valueThat((mode) => (mode === "" ? undefined : "lets the container change the host's name")),
  // judged by judge-mount.ts
  volume: short("v", value),
  "volume-driver": valueThat("has a plug-in of the host make the volumes"),
  "volumes-from": valueThat("gives the container the mounts of another one"),
  workdir: short("w", value),
};

/** `-e NAME` without a value takes it from the environment of whoever starts the container. */
function judgeEnv(text: string): string | undefined {
  return text.includes("=") ? undefined : "takes a variable of this machine into the container";
}

function judgeNetwork(text: string): string | undefined {
  const mode = /(?:^|,)name=([^,]*)/.exec(text)?.[1] ?? text;
  if (["bridge", "default", "none", ""].includes(mode)) return undefined;
  if (mode === "host") return "gives the container the host's own network, with everything that listens there";
  return mode.startsWith("container:")
    ? "gives the container the network of another one"
    : "connects the container with whatever else is on that network";
}
