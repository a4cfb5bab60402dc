import { text as readText } from "node:stream/consumers";
import { CoworkError } from "../../../src/errors.ts";
import type {
  ContainerDetail,
  Engine,
  EngineInfo,
  ExecLimits,
  ExecResult,
  ExecSpec,
  HelperSpec,
  ImageDetail,
  Labels,
} from "../../../src/engine/types.ts";
import { plain } from "../../../src/system/text.ts";

/** Runs a command of a fake container. It gets no process signals; `signal` fires on timeout or abort. */
export type FakeProgram = (call: {
  container?: ContainerDetail;
  image?: string;
  spec: ExecSpec | HelperSpec;
  input: string | Uint8Array;
  signal: AbortSignal;
}) => Promise<{ code: number; stdout?: string; stderr?: string }>;

export interface FakeEngine extends Engine {
  containers: Map<string, ContainerDetail>;
  images: Map<string, ImageDetail>;
  volumes: Map<string, { labels: Labels; inUse: boolean }>;
  networks: Map<string, { name: string; labels: Labels; inUse: boolean }>;
  /** result of `changedPaths` by container id */
  changes: Map<string, string[]>;
  /** every exec, attach and helper, in order */
  commands: (readonly string[])[];
  /** `false`: every call fails as if the engine did not respond */
  reachable: boolean;
  addContainer(detail: Partial<ContainerDetail>): ContainerDetail;
  addImage(detail: Partial<ImageDetail>): ImageDetail;
}

const doNothing: FakeProgram = () => Promise.resolve({ code: 0 });

/** An engine in memory. It passes the same tests as the real one: `test/support/engine/engine-contract.ts`. */
export function createFakeEngine(options: { program?: FakeProgram; info?: Partial<EngineInfo> } = {}): FakeEngine {
  const program = options.program ?? doNothing;
  let made = 0;
  const nextId = (): string => (++made).toString(16).padStart(64, "0");

  const check = (): void => {
    if (fake.reachable) return;
    throw new CoworkError("ENGINE_UNREACHABLE", "The Docker Engine at fake does not answer.", {
      hint: "cowork doctor",
    });
  };
  const running = (id: string): ContainerDetail => {
    check();
    const found = fake.containers.get(id);
    if (found === undefined) throw new CoworkError("ENGINE_FAILED", `No such container: ${plain(id)}`);
    if (found.state !== "running") throw new CoworkError("ENGINE_FAILED", `Container ${plain(id)} is not running`);
    return found;
  };
  const imageOf = (ref: string): ImageDetail | undefined => {
    const tag = ref.includes(":") ? ref : `${ref}:latest`;
    return [...fake.images.values()].find((image) => image.id === ref || image.tags.includes(tag));
  };
  const untag = (tag: string): void => {
    for (const image of fake.images.values()) image.tags = image.tags.filter((other) => other !== tag);
  };

  const fake: FakeEngine = {
    containers: new Map(),
    images: new Map(),
    volumes: new Map(),
    networks: new Map(),
    changes: new Map(),
    commands: [],
    reachable: true,
    addContainer: (detail) => {
      const container = { ...emptyContainer, id: nextId(), ...detail };
      fake.containers.set(container.id, container);
      return container;
    },
    addImage: (detail) => {
      const image = { ...emptyImage, id: `sha256:${nextId()}`, ...detail };
      fake.images.set(image.id, image);
      return image;
    },

    info: async () => (check(), { ...someInfo, ...options.info }),
    listContainers: async (labels) => (
      check(),
      [...fake.containers.values()].filter((one) => matches(one.labels, labels))
    ),
    findContainer: async (id) => (check(), fake.containers.get(id)),
    startContainer: async (id) => {
      check();
      const found = fake.containers.get(id);
      if (found === undefined) throw new CoworkError("ENGINE_FAILED", `No such container: ${plain(id)}`);
      Object.assign(found, { state: "running", pid: 1000 + made });
    },
    stopContainer: async (id) => {
      check();
      const found = fake.containers.get(id);
      if (found?.state === "running") Object.assign(found, { state: "exited", pid: 0 });
    },
    removeContainer: async (id) => (check(), void fake.containers.delete(id)),
    changedPaths: async (id) => {
      check();
      if (!fake.containers.has(id)) throw new CoworkError("ENGINE_FAILED", `No such container: ${plain(id)}`);
      return fake.changes.get(id) ?? [];
    },
    stats: async (id) => (running(id), { cpuPercent: 0, memoryBytes: 0 }),

    exec: async (id, spec, limits = {}) => {
      const container = running(id);
      fake.commands.push(spec.command);
      return await limited(limits, (signal) => program({ container, spec, input: limits.input ?? "", signal }));
    },
    attach: async (id, spec, io) => {
      const container = running(id);
      await io.hold;
      if (io.signal?.aborted === true) throw new CoworkError("INTERRUPTED", "Interrupted.");
      fake.commands.push(spec.command);
      io.onReady?.();
      const input = io.tty === undefined ? await readText(io.stdin) : "";
      const result = await program({ container, spec, input, signal: io.signal ?? new AbortController().signal });
      io.stdout.write(result.stdout ?? "");
      (io.tty === undefined ? io.stderr : io.stdout).write(result.stderr ?? "");
      return result.code;
    },
    runHelper: async (spec, limits = {}) => {
      check();
      if (imageOf(spec.image) === undefined)
        throw new CoworkError("ENGINE_FAILED", `No such image: ${plain(spec.image)}`);
      fake.commands.push(spec.command);
      return await limited(limits, (signal) => program({ image: spec.image, spec, input: limits.input ?? "", signal }));
    },

    findImage: async (ref) => (check(), imageOf(ref)),
    listImages: async (labels) => (check(), [...fake.images.values()].filter((one) => matches(one.labels, labels))),
    pullImage: async (ref) => {
      check();
      throw new CoworkError("ENGINE_FAILED", `The Docker Engine could not pull ${plain(ref)}: no registry here`);
    },
    buildImage: async (spec) => {
      check();
      if (spec.files["Dockerfile"] === undefined)
        throw new CoworkError("ENGINE_FAILED", "Cannot locate specified Dockerfile: Dockerfile");
      untag(spec.tag);
      return fake.addImage({ tags: [spec.tag], labels: { ...spec.labels } });
    },
    importImage: async (tar, tag) => {
      check();
      await tar.resume().toArray();
      untag(tag);
      fake.addImage({ tags: [tag] });
    },
    tagImage: async (ref, tag) => {
      check();
      const image = imageOf(ref);
      if (image === undefined) throw new CoworkError("ENGINE_FAILED", `No such image: ${plain(ref)}`);
      untag(tag);
      image.tags.push(tag);
    },
    removeImage: async (ref) => {
      check();
      const image = imageOf(ref);
      if (image === undefined) return true;
      const used = [...fake.containers.values()].some(
        (one) => one.imageId === image.id || image.tags.includes(one.image),
      );
      if (used && image.tags.length <= 1) return false;
      image.tags = image.tags.filter((tag) => tag !== ref && tag !== `${ref}:latest`);
      if (image.tags.length === 0 || ref === image.id) fake.images.delete(image.id);
      return true;
    },

    listVolumes: async (labels) => (check(), named(fake.volumes, labels).map(([name]) => name)),
    removeVolume: async (name) => (check(), removeUnused(fake.volumes, name)),
    listNetworks: async (labels) => (check(), named(fake.networks, labels).map(([id, { name }]) => ({ id, name }))),
    removeNetwork: async (id) => (check(), removeUnused(fake.networks, id)),
  };
  return fake;
}

async function limited(
  limits: ExecLimits,
  work: (signal: AbortSignal) => ReturnType<FakeProgram>,
): Promise<ExecResult> {
  limits.signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(limits.timeoutMs ?? 60_000);
  const signal = limits.signal === undefined ? timeout : AbortSignal.any([timeout, limits.signal]);
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => undefined);
  const why = (): CoworkError =>
    timeout.aborted ? new CoworkError("TIMEOUT", "It took too long.") : new CoworkError("INTERRUPTED", "Interrupted.");
  signal.addEventListener("abort", () => ended.reject(why()), { once: true });
  const { code, stdout = "", stderr = "" } = await Promise.race([work(signal), ended.promise]);
  const limit = limits.maxOutput ?? 16 * 1024 * 1024;
  const cut = (text: string): string => Buffer.from(text).subarray(0, limit).toString("utf8");
  return {
    code,
    stdout: cut(stdout),
    stderr: cut(stderr),
    truncated: Buffer.byteLength(stdout) > limit || Buffer.byteLength(stderr) > limit,
  };
}

function matches(labels: Labels, wanted: Readonly<Record<string, string | undefined>>): boolean {
  return Object.entries(wanted).every(([name, value]) =>
    value === undefined ? name in labels : labels[name] === value,
  );
}

function named<T extends { labels: Labels }>(
  all: Map<string, T>,
  wanted: Readonly<Record<string, string | undefined>>,
): [string, T][] {
  return [...all].filter(([, one]) => matches(one.labels, wanted));
}

function removeUnused(all: Map<string, { inUse: boolean }>, name: string): boolean {
  if (all.get(name)?.inUse === true) return false;
  all.delete(name);
  return true;
}

const emptyContainer: ContainerDetail = {
  id: "",
  name: "fake",
  image: "fake:latest",
  imageId: "",
  state: "running",
  labels: {},
  ports: [],
  env: {},
  user: "",
  pid: 1000,
  startedAt: "2026-01-01T00:00:00Z",
  exitCode: 0,
  mounts: [],
  networks: ["bridge"],
  pidMode: "",
  stopSignal: "",
};

const emptyImage: ImageDetail = {
  id: "",
  tags: [],
  labels: {},
  env: {},
  user: "",
  os: "linux",
  arch: "x64",
  sizeBytes: 0,
  createdAt: "2026-01-01T00:00:00Z",
  parentId: "",
  layers: [],
};

const someInfo: EngineInfo = {
  version: "20.10.24",
  os: "linux",
  arch: "x64",
  cpus: 2,
  memoryBytes: 8 * 1024 ** 3,
  dataRoot: "/var/lib/docker",
  id: "fakefakefake",
  storageDriver: "overlay2",
};
