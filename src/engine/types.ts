/**
 * The Docker Engine in small types of our own. No code outside `engine/` knows dockerode. Every method throws CoworkError
 * ENGINE_UNREACHABLE if nothing answers, ENGINE_FAILED (with the engine's message) if it refuses.
 */
import type { Readable, Writable } from "node:stream";

export type Labels = Readonly<Record<string, string>>;

export interface EngineInfo {
  version: string;
  /** `linux` */
  os: string;
  /** npm's name: `x64`, `arm64` */
  arch: string;
  cpus: number;
  memoryBytes: number;
  /** the engine's data folder on its machine, for disk checks */
  dataRoot: string;
  /** an id for locks that belong to the engine: two homes on one engine share it */
  id: string;
  storageDriver: string;
}

export type ContainerState = "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";

export interface ContainerSummary {
  id: string;
  name: string;
  image: string;
  imageId: string;
  state: ContainerState;
  labels: Labels;
  ports: Port[];
  /** some engines leave them out of lists: `findContainer` has all of them */
  mounts: MountInfo[];
}

export interface Port {
  /** port inside the container */
  container: number;
  /** port on the host; absent when it is not published */
  host?: number;
  address?: string;
  protocol: "tcp" | "udp" | "sctp";
}

export interface MountInfo {
  type: string;
  /** volume name, for volumes */
  name?: string;
  source: string;
  destination: string;
  writable: boolean;
}

export interface ContainerDetail extends ContainerSummary {
  env: Readonly<Record<string, string>>;
  /** the container's own user (Config.User), empty for root */
  user: string;
  pid: number;
  startedAt: string;
  exitCode: number;
  networks: string[];
  pidMode: string;
  /** signal that the engine sends to stop it, as configured; empty: SIGTERM */
  stopSignal: string;
}

export interface ImageDetail {
  id: string;
  tags: string[];
  labels: Labels;
  env: Readonly<Record<string, string>>;
  user: string;
  os: string;
  arch: string;
  sizeBytes: number;
  createdAt: string;
  /** the image that it was made from; empty if the builder does not record it (BuildKit, an import, a pull) */
  parentId: string;
  /** digests of its layers, the lowest first */
  layers: readonly string[];
}

export interface ExecSpec {
  command: readonly [string, ...string[]];
  /** user or uid[:gid]; default: the container's own */
  user?: string;
  workingDir?: string;
  env?: Readonly<Record<string, string>>;
}

export interface ExecResult {
  code: number;
  stdout: string;
  stderr: string;
  /** the output was cut at `maxOutput` */
  truncated: boolean;
}

export interface ExecLimits {
  /** default 60 000; after it the process inside is killed and TIMEOUT thrown */
  timeoutMs?: number;
  /** bytes kept of each stream, default 16 MiB; more is dropped and `truncated` set */
  maxOutput?: number;
  input?: string | Uint8Array;
  signal?: AbortSignal;
}

export interface AttachIo {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  /** the window; with it the process gets a terminal, without it three plain streams */
  tty?: { columns: number; rows: number; onResize(listener: (columns: number, rows: number) => void): () => void };
  signal?: AbortSignal;
  /** awaited while the process is prepared; it starts when this resolves, and never starts if this rejects */
  hold?: Promise<unknown>;
  /** called once when the process can be written to and its terminal, if it has one, has the window's size */
  onReady?: () => void;
}

export interface HelperSpec {
  image: string;
  command: readonly [string, ...string[]];
  user?: string;
  workingDir?: string;
  env?: Readonly<Record<string, string>>;
  binds?: readonly { source: string; target: string; readOnly?: boolean }[];
  labels: Labels;
  /** default false: no network at all */
  network?: boolean;
}

export interface BuildSpec {
  /** what the Dockerfile may COPY: name to content; the Dockerfile itself is the entry `Dockerfile` */
  files: Readonly<Record<string, string | Uint8Array>>;
  tag: string;
  labels: Labels;
  buildArgs?: Readonly<Record<string, string>>;
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

export interface Engine {
  info(): Promise<EngineInfo>;

  /** Containers in any state that carry all these labels (value undefined: any value). */
  listContainers(labels: Readonly<Record<string, string | undefined>>): Promise<ContainerSummary[]>;
  findContainer(id: string): Promise<ContainerDetail | undefined>;
  startContainer(id: string): Promise<void>;
  /** SIGTERM to PID 1, SIGKILL after `timeoutSeconds`. Does nothing if it is stopped already. */
  stopContainer(id: string, timeoutSeconds: number): Promise<void>;
  /** Removes it, running or not, with its anonymous volumes. Does nothing if it is gone already. */
  removeContainer(id: string): Promise<void>;
  /** Paths in the container that differ from its image; without files in volumes and mounts. */
  changedPaths(id: string): Promise<string[]>;
  stats(id: string): Promise<{ cpuPercent: number; memoryBytes: number }>;

  /** Runs to the end and keeps the output. A code other than 0 is a result, not an error. */
  exec(container: string, spec: ExecSpec, limits?: ExecLimits): Promise<ExecResult>;
  /**
   * Connects streams to a process inside and returns its exit code (128+n for a signal). The caller must find out the process id
   * if it needs it: wrap the command in a shell that prints `$$`, because the engine does not forward signals to an exec'ed process.
   */
  attach(container: string, spec: ExecSpec, io: AttachIo): Promise<number>;
  /** Runs one command in a temporary container, which is always removed afterwards. */
  runHelper(spec: HelperSpec, limits?: ExecLimits): Promise<ExecResult>;

  findImage(ref: string): Promise<ImageDetail | undefined>;
  listImages(labels: Readonly<Record<string, string | undefined>>): Promise<ImageDetail[]>;
  /** Throws ENGINE_FAILED if no registry can be reached or it does not have the image. */
  pullImage(ref: string, onLine?: (line: string) => void, signal?: AbortSignal): Promise<void>;
  buildImage(spec: BuildSpec): Promise<ImageDetail>;
  /** Makes an image from a tar stream of a root file system. */
  importImage(tar: Readable, tag: string, changes?: readonly string[]): Promise<void>;
  tagImage(ref: string, tag: string): Promise<void>;
  /** Removes the tag, and the image if it was the last tag. True if it is gone already, false if it is in use. */
  removeImage(ref: string): Promise<boolean>;

  listVolumes(labels: Readonly<Record<string, string | undefined>>): Promise<string[]>;
  removeVolume(name: string): Promise<boolean>;
  listNetworks(labels: Readonly<Record<string, string | undefined>>): Promise<{ id: string; name: string }[]>;
  removeNetwork(id: string): Promise<boolean>;
}

export interface EndpointQuestion {
  env: Readonly<Record<string, string | undefined>>;
  /** the user's home folder */
  home: string;
}
