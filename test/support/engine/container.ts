import { GenericContainer } from "testcontainers";

type Options = GenericContainer["createOpts"];

/** Options for which testcontainers has no methods. */
export interface ContainerExtras {
  /** the only network to join; testcontainers would also join the default bridge */
  network?: { name: string; aliases: readonly string[] };
  /** paths to mount anonymous volumes at */
  volumes?: readonly string[];
  /** fields of the engine's HostConfig */
  host?: Record<string, unknown>;
}

/**
 * A container that a test starts itself. The test must remove it; the label `cowork.test={test}` lets a cleanup find it.
 */
export class TestContainer extends GenericContainer {
  constructor(test: string, image: string, { network, volumes = [], host = {} }: ContainerExtras = {}) {
    super(image);
    this.createOpts.Labels = { "cowork.test": test };
    // An init process reaps zombies and ends on the first signal.
    Object.assign(this.hostConfig, { Init: true, ...host });
    if (volumes.length > 0) this.createOpts.Volumes = Object.fromEntries(volumes.map((path) => [path, {}]));
    if (network === undefined) return;
    this.networkMode = network.name;
    const endpoint = { Aliases: [...network.aliases] };
    this.createOpts.NetworkingConfig = {
      EndpointsConfig: { [network.name]: endpoint },
    } satisfies Options["NetworkingConfig"];
  }
}

/** Stop options: kill the container at once and remove it with its anonymous volumes. */
export const atOnce = { timeout: 0, remove: true, removeVolumes: true } as const;
