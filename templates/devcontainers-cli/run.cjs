"use strict";
// `docker run` as @devcontainers/cli says it, without the client: that one would live on beside every container, with 25 MB.
const { ask } = require("./engine.cjs");

const mountWords = {
  type: (mount, value) => /^(bind|volume)$/.test(value) && ((mount.Type = value), true),
  source: (mount, value) => value !== undefined && ((mount.Source = value), true),
  target: (mount, value) => value !== undefined && ((mount.Target = value), true),
  readonly: (mount, value) => (value === undefined || value === "true") && ((mount.ReadOnly = true), true),
  consistency: (mount, value) => value !== undefined && ((mount.Consistency = value), true),
};
Object.assign(mountWords, { src: mountWords.source, dst: mountWords.target, ro: mountWords.readonly });

/** `type=bind,source=…,target=…`, without what a CSV would want quotes for. */
function parseMount(text) {
  const mount = {};
  const isKnown = text.split(",").every((field) => {
    const [, key, value] = /^([^=]*)(?:=(.*))?$/s.exec(field);
    return Object.hasOwn(mountWords, key) && mountWords[key](mount, value);
  });
  return isKnown && !/["\n]/.test(text) && mount.Type && mount.Target ? mount : undefined;
}

const pair = (text) => [text.split("=", 1)[0], text.includes("=") ? text.slice(text.indexOf("=") + 1) : ""];

/** In the client's spelling. */
const capability = (name) => `CAP_${name.toUpperCase().replace(/^CAP_/, "")}`.replace(/^CAP_ALL$/, "ALL");

/** Options with a value; each says whether it was understood. */
const withValue = {
  "-a": (body, value) => /^std(out|err)$/i.test(value) && ((body[`Attach${/out/i.test(value) ? "Stdout" : "Stderr"}`] = true), true),
  "-e": (body, value) => value.includes("=") && body.Env.push(value) > 0,
  "-l": (body, value) => (([key, text]) => ((body.Labels[key] = text), key !== ""))(pair(value)),
  "-u": (body, value) => ((body.User = value), true),
  "--cap-add": (body, value) => body.HostConfig.CapAdd.push(capability(value)) > 0,
  "--entrypoint": (body, value) => value !== "" && ((body.Entrypoint = [value]), true),
  "--mount": (body, value) => body.HostConfig.Mounts.push(parseMount(value)) > 0 && !body.HostConfig.Mounts.includes(undefined),
};

const alone = {
  "--sig-proxy=false": () => undefined,
  "--init": (body) => (body.HostConfig.Init = true),
  "--privileged": (body) => (body.HostConfig.Privileged = true),
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
