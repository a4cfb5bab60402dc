import { ownCommand, steps, type Hint } from "../../hint.ts";
import type { ErrorCode } from "../../errors.ts";

export interface Cause {
  code?: ErrorCode;
  /** why, in words that fit behind a colon */
  why: string;
  hint: Hint;
}

const causes: { pattern: RegExp; cause: Cause }[] = [
  {
    pattern: /no space left on device|ENOSPC|disk quota exceeded/i,
    cause: {
      code: "DISK_FULL",
      why: "no space is left on the disk",
      hint: [
        "free some space (",
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
      why: "the configuration needs Docker Compose and there is none",
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
      why: "the image and this engine are not of the same platform",
      hint: "leave --platform out of runArgs and of FROM lines, or install QEMU for other processors on the engine's machine (package qemu-user-static)",
    },
  },
  {
    pattern: /port is already allocated|address already in use/i,
    cause: { why: "a port of this machine is taken", hint: "stop what listens there, then run the same command again" },
  },
  {
    pattern:
      /x509: certificate|self.signed certificate|unable to get local issuer certificate|SSL certificate problem|certificate verify failed|CERT_UNTRUSTED/i,
    cause: {
      why: "a TLS certificate is signed by an authority that is not known there",
      hint: steps`name the authority's PEM file: ${ownCommand("config", "set", "CA_CERTS", "/path/to/ca.pem")}`,
    },
  },
  {
    pattern: /toomanyrequests|rate limit/i,
    cause: {
      why: "the image registry refuses more requests for now",
      hint: "docker login, or wait and run the same command again",
    },
  },
  {
    pattern: /pull access denied|manifest unknown|manifest for .* not found|unauthorized: |denied: requested access/i,
    cause: {
      why: "the image registry does not have this image, or not for you",
      hint: "check the image's name; docker login",
    },
  },
  {
    pattern:
      /lookup \S+.*(?:no such host|server misbehaving|i\/o timeout)|dial tcp .*(?:connection refused|i\/o timeout|no route)|Client\.Timeout exceeded|TLS handshake timeout/i,
    cause: {
      why: "an image registry cannot be reached from the Docker Engine",
      hint: "check network and proxy of the engine, or make the image available to it: docker pull, docker load",
    },
  },
  {
    pattern: /Could not resolve host|Temporary failure (?:in name resolution|resolving)|EAI_AGAIN|ENOTFOUND/i,
    cause: {
      why: "a name could not be resolved while the image was built",
      hint: "check network and DNS of the containers",
    },
  },
  {
    pattern: /unable to find user |no matching entries in passwd file/i,
    cause: {
      code: "DEVCONTAINER_INVALID",
      why: "the image has no user of the name that the configuration wants",
      hint: "check remoteUser and containerUser in devcontainer.json",
    },
  },
];

/** One of the causes that happen to everybody, in the lines that a program printed; undefined where none shows. */
export function causeOf(lines: readonly string[]): Cause | undefined {
  const output = lines.join("\n");
  return causes.find(({ pattern }) => pattern.test(output))?.cause;
}

/** The same for what @devcontainers/cli itself says: it runs on this machine and fetches features from here. */
export function ownCauseOf(words: string): Cause | undefined {
  const [, host] = /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/.exec(words) ?? [];
  if (host === undefined) return causeOf([words]);
  return {
    why: `this machine, which fetches features itself, cannot look up ${host}`,
    hint: "check the name, and network, DNS and proxy of this machine",
  };
}
