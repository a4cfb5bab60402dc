import type { Readable } from "node:stream";
import { CoworkError } from "../errors.ts";
import { plain } from "../system/text.ts";
import { followProgress, packContext } from "./build.ts";
import type { EngineClient } from "./client.ts";
import { labelFilter, parseEnv, undefinedWhenGone } from "./containers.ts";
import { statusOf } from "./errors.ts";
import { registryAuth } from "./registry-auth.ts";
import type { BuildSpec, Engine, ImageDetail } from "./types.ts";

type Part = Pick<
  Engine,
  "findImage" | "listImages" | "pullImage" | "buildImage" | "importImage" | "tagImage" | "removeImage"
>;

export function imageMethods(client: EngineClient): Part {
  const find = async (ref: string): Promise<ImageDetail | undefined> => {
    const answer = await client.get(`/images/${imagePath(ref)}/json`).catch(undefinedWhenGone);
    return answer === undefined ? undefined : toDetail(answer as InspectedImage);
  };
  return {
    findImage: (ref) => client.attempt(`inspect image ${plain(ref)}`, () => find(ref)),
    listImages: (labels) =>
      client.attempt("list images", async () => {
        const listed = (await client.get("/images/json", { filters: { label: labelFilter(labels) } })) as {
          Id: string;
        }[];
        const found = await Promise.all(listed.map(({ Id: id }) => find(id)));
        return found.filter((image) => image !== undefined);
      }),
    pullImage: (ref, onLine, signal) => {
      const doing = `pull ${plain(ref)}`;
      return client.attempt(doing, async () => {
        const docker = await client.docker();
        const auth = registryAuth(client.question, ref);
        const options = {
          ...(auth === undefined ? {} : { authconfig: auth }),
          ...(signal === undefined ? {} : { abortSignal: signal }),
        };
        await followProgress((await docker.pull(withTag(ref), options)) as Readable, doing, onLine);
      });
    },
    buildImage: (spec) => client.attempt(`build ${plain(spec.tag)}`, () => build(client, spec, find)),
    importImage: (tar, tag, changes) => {
      const doing = `import ${plain(tag)}`;
      return client.attempt(doing, async () => {
        const docker = await client.docker();
        const [repo, version] = splitTag(tag);
        const options = { repo, tag: version, ...(changes === undefined ? {} : { changes: [...changes] }) };
        // dockerode's types lack `repo` and `changes`.
        const answer = await docker.importImage(tar, options as object);
        await followProgress(answer as Readable, doing);
      });
    },
    tagImage: (ref, tag) =>
      client.attempt(`tag ${plain(ref)} as ${plain(tag)}`, async () => {
        const [repo, version] = splitTag(tag);
        await (await client.docker()).getImage(ref).tag({ repo, tag: version });
      }),
    removeImage: (ref) =>
      client.attempt(`remove image ${plain(ref)}`, async () => {
        const image = (await client.docker()).getImage(ref);
        return await image.remove().then(() => true, goneOrInUse);
      }),
  };
}

/** For removals: true if it is gone already, false if it is in use. */
export function goneOrInUse(error: unknown): boolean {
  if (statusOf(error) === 404) return true;
  if (statusOf(error) === 409) return false;
  throw error;
}

async function build(
  client: EngineClient,
  spec: BuildSpec,
  find: (ref: string) => Promise<ImageDetail | undefined>,
): Promise<ImageDetail> {
  const docker = await client.docker();
  const doing = `build ${plain(spec.tag)}`;
  // dockerode accepts a Buffer, but its types do not.
  const context = (await packContext(spec.files)) as unknown as NodeJS.ReadableStream;
  const answer = await docker.buildImage(context, {
    t: spec.tag,
    labels: { ...spec.labels },
    buildargs: { ...spec.buildArgs },
    forcerm: true,
    ...(spec.signal === undefined ? {} : { abortSignal: spec.signal }),
  });
  const stop = (): void => void (answer as Readable).destroy(new CoworkError("INTERRUPTED", `Interrupted (${doing}).`));
  spec.signal?.addEventListener("abort", stop, { once: true });
  try {
    await followProgress(answer as Readable, doing, spec.onLine);
  } finally {
    spec.signal?.removeEventListener("abort", stop);
  }
  const image = await find(spec.tag);
  if (image === undefined) throw new CoworkError("ENGINE_FAILED", `Docker reported success but did not ${doing}.`);
  return image;
}

/** `repo:tag`; without a tag `latest`, as everywhere in Docker (the API itself would pull all tags). */
function withTag(ref: string): string {
  if (ref.includes("@")) return ref;
  return splitTag(ref).join(":");
}

export function splitTag(ref: string): [repo: string, tag: string] {
  const at = ref.lastIndexOf(":");
  return at > ref.lastIndexOf("/") ? [ref.slice(0, at), ref.slice(at + 1)] : [ref, "latest"];
}

function imagePath(ref: string): string {
  return ref.split("/").map(encodeURIComponent).join("/");
}

interface InspectedImage {
  Id: string;
  RepoTags?: string[] | null;
  Config?: { Labels?: Record<string, string> | null; Env?: string[] | null; User?: string } | null;
  Os: string;
  Architecture: string;
  Size: number;
  Created: string;
  Parent?: string;
  RootFS?: { Layers?: string[] | null };
}

function toDetail(found: InspectedImage): ImageDetail {
  return {
    id: found.Id,
    tags: found.RepoTags ?? [],
    labels: found.Config?.Labels ?? {},
    env: parseEnv(found.Config?.Env),
    user: found.Config?.User ?? "",
    os: found.Os,
    arch: npmArch(found.Architecture),
    sizeBytes: found.Size,
    createdAt: found.Created,
    parentId: found.Parent ?? "",
    layers: found.RootFS?.Layers ?? [],
  };
}

/** The engine's names are `amd64` or `x86_64`, npm's is `x64`. */
export function npmArch(arch: string): string {
  return { amd64: "x64", x86_64: "x64", aarch64: "arm64", armv7l: "arm", "386": "ia32", i386: "ia32" }[arch] ?? arch;
}
