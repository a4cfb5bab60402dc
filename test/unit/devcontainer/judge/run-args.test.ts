import { describe, expect, test } from "vitest";
import { judgeRunArgs } from "../../../../src/devcontainer/judge/judge-run-args.ts";
import { runFlags } from "../../../../src/devcontainer/judge/run-flags.ts";
import { createVerdict } from "../../../../src/devcontainer/judge/verdict.ts";

const judge = (words: string[]): string[] => {
  const verdict = createVerdict("x");
  judgeRunArgs(verdict, words);
  return verdict.findings.map(({ what }) => what);
};

/** All options of docker run that reach the host. */
const dangerousValues: [flag: string, value: string][] = [
  ["annotation", "run.oci.keep_original_groups=1"],
  ["blkio-weight-device", "/dev/sda:10"],
  ["cap-add", "SYS_ADMIN"],
  ["cap-add", "ALL"],
  ["cgroup-parent", "/"],
  ["cgroupns", "host"],
  ["cidfile", "/root/x"],
  ["cpu-rt-runtime", "1000"],
  ["device", "/dev/sda"],
  ["device-cgroup-rule", "a *:* rwm"],
  ["device-read-bps", "/dev/sda:1"],
  ["device-read-iops", "/dev/sda:1"],
  ["device-write-bps", "/dev/sda:1"],
  ["device-write-iops", "/dev/sda:1"],
  ["env", "AWS_SECRET_ACCESS_KEY"],
  ["env-file", ".env"],
  ["gpus", "all"],
  ["ipc", "host"],
  ["ipc", "container:x"],
  ["isolation", "process"],
  ["label-file", "/etc/passwd"],
  ["link", "other:db"],
  ["log-driver", "syslog"],
  ["log-opt", "syslog-address=tcp://x"],
  ["log-opt", "max-size=1m,syslog-address=tcp%3A//x"],
  ["log-opt", "Max-Size=1m"],
  ["log-opt", 'tag="x"'],
  ["mount", "type=bind,source=/,target=/host"],
  ["mount", "type=bind,src=/var/run/docker.sock,dst=/var/run/docker.sock"],
  ["mount", "TYPE=Bind,Source=/,Destination=/host"],
  ["mount", "type=bind,source=${localWorkspaceFolder}x,target=/up"],
  ["mount", "type=bind,source=${containerWorkspaceFolder},target=/up"],
  ["mount", "type=bind,source=../..,target=/up"],
  ["mount", "type=volume,source=x,type=bind,source=/,target=/host"],
  ["mount", 'type=volume,"source=/",target=/host'],
  [
    "mount",
    "type=volume,source=x,target=/x,volume-driver=local,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/",
  ],
  ["mount", "type=volume,source=x,target=/x,volume-opt=device=/"],
  ["mount", "type=volume,source=x,target=/x,external=true"],
  ["mount", "type=volume,source=/,target=/host"],
  ["mount", "type=volume,source=,target=/:/host"],
  ["mount", "type=bind,source=${localWorkspaceFolder}/x,target=/x,bind-propagation=rshared"],
  ["mount", "type=npipe,source=x,target=/x"],
  ["mount", "type=image,source=x,target=/x"],
  ["mount", "source=/,target=/host,type=bind,readonly"],
  ["net", "host"],
  ["network", "host"],
  ["network", "container:x"],
  ["network", "of-others"],
  ["network", "name=host"],
  ["network", "name=bridge"],
  ["network", "name=bridge,name=host"],
  ["network", "name=none,NAME=host"],
  ["network", 'name=bridge,"name=host"'],
  ["network", '"name=host"'],
  ["network", "HOST"],
  ["network", " bridge"],
  ["net", "name=bridge,name=host"],
  ["add-host", "x:1.2.3.4,y:host-gateway"],
  ["attach", "stdin,x"],
  ["cpuset-cpus", "0;1"],
  ["dns", "1.1.1.1,x"],
  ["expose", "80,x=1"],
  ["group-add", "a,b"],
  ["hostname", "a=b"],
  ["platform", "linux/amd64,x"],
  ["publish", "target=80,published=8080"],
  ["publish", "x=:y=1,published=8080,target=80"],
  ["publish", "published=0.0.0.0:8080,target=80"],
  ["publish", "80/tcp,published=1"],
  ["publish", "${containerWorkspaceFolderBasename}"],
  ["sysctl", "kernel.core_pattern=|/x"],
  ["sysctl", "vm.overcommit_memory=1"],
  ["tmpfs", "/x:rw,src=/etc:y"],
  ["tmpfs", 'x"y'],
  ["ulimit", "nofile=1024,x=2"],
  ["user", "a,b"],
  ["oom-score-adj", "-1000"],
  ["pid", "host"],
  ["pid", "container:x"],
  ["runtime", "sysbox"],
  ["security-opt", "seccomp=unconfined"],
  ["security-opt", "apparmor:unconfined"],
  ["security-opt", "no-new-privileges=false"],
  ["security-opt", "label=disable"],
  ["storage-opt", "size=1G"],
  ["userns", "host"],
  ["uts", "host"],
  ["volume", "/:/host"],
  ["volume", "/var/run/docker.sock:/var/run/docker.sock"],
  ["volume", "~/.ssh:/root/.ssh"],
  ["volume", "./x:/x"],
  ["volume", "..:/x"],
  ["volume", "${localEnv:HOME}/.ssh:/ssh"],
  ["volume", "${localWorkspaceFolder}:/x:rshared"],
  ["volume", "data:/x:rslave"],
  ["volume-driver", "local"],
  ["volumes-from", "other"],
];
const dangerousSwitches = ["oom-kill-disable", "privileged", "publish-all", "use-api-socket"];

describe("every dangerous option is caught in every spelling", () => {
  test.each(dangerousValues)("--%s %s", (flag, value) => {
    const letter = runFlags[flag]?.short;
    const spellings = [
      [`--${flag}=${value}`],
      [`--${flag}`, value],
      ["--init", `--${flag}`, value, "--rm"],
      ["--label", "a=b", `--${flag}=${value}`],
      ...(letter === undefined
        ? []
        : [
            [`-${letter}`, value],
            [`-${letter}${value}`],
            [`-${letter}=${value}`],
            [`-it${letter}`, value],
            [`-it${letter}${value}`],
          ]),
    ];
    for (const words of spellings) expect({ words, found: judge(words).length }).toEqual({ words, found: 1 });
  });

  test.each(dangerousSwitches)("--%s", (flag) => {
    expect(judge([`--${flag}`])).toHaveLength(1);
    expect(judge([`--${flag}=true`])).toHaveLength(1);
    expect(judge(["-i", "--init", `--${flag}`])).toHaveLength(1);
    expect(judge([`--${flag}=false`])).toEqual([]);
  });

  test("-P among other letters", () => expect(judge(["-itP"])).toHaveLength(1));

  test.each([
    [["debian:trixie", "sh", "--init"]],
    [["--", "--init"]],
    [["--unheard-of=1"]],
    [["--unheard-of", "-l", "--privileged"]],
    [["-Z"]],
    [["-itZ"]],
    [["--PRIVILEGED"]],
    [["--init", "true"]],
    [["${localEnv:X:--privileged}"]],
    [["--volume"]],
    [["constructor"]],
    [["--constructor"]],
    [["--__proto__=x"]],
    [[""]],
    [["-"]],
  ])("what cannot be parsed is shown to its end: %j", (words) => expect(judge(words)).toHaveLength(1));

  test("an option's value is not read as an option", () => {
    expect(judge(["--label", "--privileged", "-l", "-v/:/host", "--env=X=--privileged"])).toEqual([]);
  });
});

describe("harmless options are accepted", () => {
  test.each([
    [
      [
        "--init",
        "--shm-size=1g",
        "--memory",
        "4g",
        "-m",
        "4g",
        "--cpus=2",
        "-c",
        "512",
        "--hostname",
        "h",
        "-hh",
        "--name",
        "x",
      ],
    ],
    [["-e", "A=b", "--env=A=b", "--label", "a=b", "--ulimit", "nofile=1024", "--tmpfs", "/tmp", "--cap-drop=ALL"]],
    [
      [
        "--security-opt",
        "no-new-privileges",
        "--security-opt=no-new-privileges:true",
        "--read-only",
        "--user",
        "dev",
        "-udev",
      ],
    ],
    [
      [
        "-it",
        "-p",
        "8080:80",
        "-p8080:80",
        "--publish=80",
        "--network=bridge",
        "--net",
        "none",
        "--ipc=private",
        "--cgroupns=private",
      ],
    ],
    [
      [
        "-v",
        "data:/data",
        "-v",
        "data-${devcontainerId}:/d:ro",
        "-v",
        "${localWorkspaceFolderBasename}-x:/x",
        "-v",
        "/anonymous",
      ],
    ],
    [["-v", "${localWorkspaceFolder}/cache:/cache", "-v${localWorkspaceFolder}:/w:cached"]],
    [
      [
        "--mount",
        "source=data,target=/data",
        "--mount=type=bind,source=${localWorkspaceFolder}/a,target=/a,readonly,consistency=cached",
      ],
    ],
    [["--mount", "type=tmpfs,target=/t,tmpfs-size=100"]],
    [["-p", "127.0.0.1:8080-8090:80-90/udp", "-p", "[::1]:80:80", "-p", "0.0.0.0::80", "--expose=80/tcp"]],
    [["--hostname=${localWorkspaceFolderBasename}", "--network-alias", "db-${devcontainerId}", "--user=1000:1000"]],
    [["--health-cmd", 'curl -f "http://x" || exit 1', "--health-interval=30s", "--entrypoint", "a,b=c", "-w", "/a b"]],
    [["--ulimit=memlock=-1:-1", "--tmpfs=/run:rw,noexec,size=64m", "--sysctl=net.ipv4.ip_local_port_range=1024 65000"]],
    [["--dns=2001:db8::1", "--dns-opt", "ndots:2", "--dns-search=.", "--cpuset-cpus=0-3,5", "--memory-swap=-1"]],
    [
      [
        "--add-host=host.docker.internal:host-gateway",
        "--dns",
        "1.1.1.1",
        "--sysctl",
        "net.core.somaxconn=1",
        "--log-opt",
        "max-size=1m",
      ],
    ],
  ])("%j", (words) => expect(judge(words)).toEqual([]));

  test("mounted paths in the clone are recorded for the check before each start", () => {
    const verdict = createVerdict("x");
    judgeRunArgs(verdict, [
      "-v",
      "${localWorkspaceFolder}/b/../a:/a",
      "--mount",
      "type=bind,source=${localWorkspaceFolder},target=/w",
    ]);
    expect(verdict.cloneBinds).toEqual(["", "a"]);
  });
});
