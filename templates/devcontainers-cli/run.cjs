"use strict";
// `docker run` as @devcontainers/cli says it, without the client: that one would live on beside every container, with 25 MB.
const { ask } = require("./engine.cjs");

const set = (to, key, value) => value !== undefined && Reflect.set(to, key, value);

const source = (mount, value) => set(mount, "Source", value);
const target = (mount, value) => set(mount, "Target", value);
const readOnly = (mount, value) => (value === undefined || value === "true") && set(mount, "ReadOnly", true);

/** Words of a mount; each says whether it was understood. */
const mountWords = {
  type: (mount, value) => /^(bind|volume)$/.test(value) && set(mount, "Type", value),
  source,
  src: source,
  target,
  dst: target,
  readonly: readOnly,
  ro: readOnly,
  consistency: (mount, value) => set(mount, "Consistency", value),
};

/** `type=bind,source=…,target=…`, without what a CSV would want quotes for. */
function parseMount(text) {
  const mount = {};
  const isKnown = text.split(",").every((field) => {
    const [, key, value] = /^([^=]*)(?:=(.*))?$/s.exec(field);
    return Object.hasOwn(mountWords, key) && mountWords[key](mount, value);
  });
  return isKnown && !/["\n]/.test(text) && mount.Type && mount.Target ? mount : undefined;
}

/** In the client's spelling. */
const capability = (name) => `CAP_${name.toUpperCase().replace(/^CAP_/, "")}`.replace(/^CAP_ALL$/, "ALL");

const label = (labels, text) => {
  const [, name, value = ""] = /^([^=]+)(?:=(.*))?$/s.exec(text) ?? [];
  return name !== undefined && set(labels, name, value);
};

/** Options with a value; each says whether it was understood. */
const withValue = {
  "-a": (body, value) => {
    const [, stream] = /^STD(OUT|ERR)$/.exec(value) ?? [];
    return stream !== undefined && set(body, stream === "OUT" ? "AttachStdout" : "AttachStderr", true);
  },
  "-e": (body, value) => value.includes("=") && body.Env.push(value) > 0,
  "-l": (body, value) => label(body.Labels, value),
  "-u": (body, value) => set(body, "User", value),
  "--cap-add": (body, value) => body.HostConfig.CapAdd.push(capability(value)) > 0,
  "--entrypoint": (body, value) => value !== "" && set(body, "Entrypoint", [value]),
  "--mount": (body, value) => {
    const mount = parseMount(value);
    return mount !== undefined && body.HostConfig.Mounts.push(mount) > 0;
  },
};

const alone = {
  "--sig-proxy=false": () => true,
  "--init": (body) => set(body.HostConfig, "Init", true),
  "--privileged": (body) => set(body.HostConfig, "Privileged", true),
};

/** What the client would send; undefined where there is a word that is not understood to the letter. */
function parseRun(args) {
  const host = { NetworkMode: "default", RestartPolicy: { Name: "no" }, CapAdd: [], Devices: [], Mounts: [] };
  const body = { Env: [], Labels: {}, HostConfig: host };
  for (let at = 1; at < args.length; at += 1) {
    const word = args[at];
    if (Object.hasOwn(alone, word)) alone[word](body);
    else if (Object.hasOwn(withValue, word) && args[at + 1] !== undefined) {
      if (!withValue[word](body, args[(at += 1)])) return undefined;
    } else if (word.startsWith("-")) return undefined;
    else {
      host.CapAdd = host.CapAdd.length === 0 ? null : [...new Set(host.CapAdd)].sort();
      return { ...body, Image: word, Cmd: args.slice(at + 1) };
    }
  }
  return undefined;
}

/**
 * Makes and starts the container. Undefined: the client has to do it, or to say why it cannot be done; nothing is left of ours.
 * @returns its id
 */
async function run(args) {
  const body = parseRun(args);
  const made = body && (await ask("/containers/create", { method: "POST", body, wanted: [201] }));
  if (made === undefined) return undefined;
  const { Id: id } = JSON.parse(made);
  if ((await ask(`/containers/${id}/start`, { method: "POST", wanted: [204] })) !== undefined) return id;
  await ask(`/containers/${id}?force=1&v=1`, { method: "DELETE", wanted: [204] });
  return undefined;
}

/** Its exit code, once it has ended. */
const waitFor = async (id) => JSON.parse(await ask(`/containers/${id}/wait`, { method: "POST" })).StatusCode;

module.exports = { parseRun, run, waitFor };
