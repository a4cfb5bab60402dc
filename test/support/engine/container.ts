import { GenericContainer } from "testcontainers";

type Options = GenericContainer["createOpts"];

/** What testcontainers has no methods for. */
export interface ContainerExtras {
  /** of this network alone; testcontainers would leave it on the default bridge, too */
  network?: { name: string; aliases: readonly string[] };
  /** folders that are anonymous volumes */
  volumes?: readonly string[];
  /** fields of the engine's HostConfig */
  host?: Record<string, unknown>;
}

/**
 * A container beside the product. It carries the label `cowork.test={test}`, so that whoever cleans up finds it; the test removes it.
 */
export class TestContainer extends GenericContainer {
  constructor(test: string, image: string, { network, volumes = [], host = {} }: ContainerExtras = {}) {
    super(image);
    this.createOpts.Labels = { "cowork.test": test };
    // Its processes are to be reaped, and it is to end at once.
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

/** How a test container ends: at once, and with its anonymous volumes. */
export const atOnce = { timeout: 0, remove: true, removeVolumes: true } as const;
