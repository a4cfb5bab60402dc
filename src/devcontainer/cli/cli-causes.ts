import { ownCommand, steps, type Hint } from "../../hint.ts";
import type { ErrorCode } from "../../errors.ts";

export interface Cause {
  code?: ErrorCode;
  /** the reason, as it reads after a colon */
  why: string;
  hint: Hint;
}

const causes: { pattern: RegExp; cause: Cause }[] = [
  {
    pattern: /no space left on device|ENOSPC|disk quota exceeded/i,
    cause: {
      code: "DISK_FULL",
      why: "no space left on the disk",
      hint: [
        "free disk space (",
        ownCommand("clean", "--images"),
        ", docker system df), then run the same command again",
      ],
    },
  },
  {
    pattern: /Cannot connect to the Docker daemon|error during connect|docker daemon is not running/i,
    cause: { code: "ENGINE_UNREACHABLE", why: "the Docker Engine does not answer", hint: [ownCommand("doctor")] },
  },
  {
    pattern:
      /docker-compose: (?:command )?not found|spawn docker-compose ENOENT|unknown command: docker compose|'compose' is not a docker command/i,
    cause: {
      code: "COMPOSE_MISSING",
      why: "the configuration needs Docker Compose, which is not installed",
      hint: "install it (package docker-compose or docker-compose-plugin), then run the same command again",
    },
  },
  {
    pattern:
      /requires BuildKit|^here-document in line \d+$|Unknown flag: (?:link|chmod|mount|parents|exclude|checksum|network|security|keep-git-dir)\b/im,
    cause: {
      why: "the Dockerfile needs BuildKit, and the docker client has no buildx",
      hint: "install buildx (package docker-buildx or docker-buildx-plugin), then run the same command again",
    },
  },
  {
    pattern:
      /exec format error|does not match the (?:detected|specified|expected) (?:host )?platform|Unable to find image 'cowork-/i,
    cause: {
      why: "the image is for another platform than this engine",
      hint: "remove --platform from runArgs and from FROM lines, or install QEMU for other processors on the engine's machine (package qemu-user-static)",
    },
  },
  {
    pattern: /port is already allocated|address already in use/i,
    cause: {
      why: "a port of this machine is already in use",
      hint: "stop the program that listens on it, then run the same command again",
    },
  },
  {
    pattern:
      /x509: certificate|self.signed certificate|unable to get local issuer certificate|SSL certificate problem|certificate verify failed|CERT_UNTRUSTED/i,
    cause: {
      why: "a TLS certificate is signed by an authority that is not trusted there",
      hint: steps`set the PEM file of the authority: ${ownCommand("config", "set", "CA_CERTS", "/path/to/ca.pem")}`,
    },
  },
  {
    pattern: /toomanyrequests|rate limit/i,
    cause: {
      why: "the image registry has reached its rate limit",
      hint: "log in with docker login, or wait and run the same command again",
    },
  },
  {
    pattern: /pull access denied|manifest unknown|manifest for .* not found|unauthorized: |denied: requested access/i,
    cause: {
      why: "the image registry does not have this image, or you have no access to it",
      hint: "check the image's name, and log in with docker login",
    },
  },
  {
    pattern:
      /lookup \S+.*(?:no such host|server misbehaving|i\/o timeout)|dial tcp .*(?:connection refused|i\/o timeout|no route)|Client\.Timeout exceeded|TLS handshake timeout/i,
    cause: {
      why: "an image registry cannot be reached from the Docker Engine",
      hint: "check the engine's network and proxy, or load the image into the engine: docker load",
    },
  },
  {
    pattern: /Could not resolve host|Temporary failure (?:in name resolution|resolving)|EAI_AGAIN|ENOTFOUND/i,
    cause: {
      why: "a name could not be resolved while the image was built",
      hint: "check the network and DNS settings of containers",
    },
  },
  {
    pattern: /unable to find user |no matching entries in passwd file/i,
    cause: {
      code: "DEVCONTAINER_INVALID",
      why: "the image does not have the user that the configuration names",
      hint: "check remoteUser and containerUser in devcontainer.json",
    },
  },
];

/** Recognizes a common cause in the lines that a program printed. Returns undefined if there is none. */
export function causeOf(lines: readonly string[]): Cause | undefined {
  const output = lines.join("\n");
  return causes.find(({ pattern }) => pattern.test(output))?.cause;
}

/** Like `causeOf`, for the messages of @devcontainers/cli itself: it runs on this machine and downloads features from here. */
export function ownCauseOf(words: string): Cause | undefined {
  const [, host] = /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/.exec(words) ?? [];
  if (host === undefined) return causeOf([words]);
  return {
    why: `this machine, which downloads the features, cannot resolve ${host}`,
    hint: "check the name, and the network, DNS and proxy of this machine",
  };
}
