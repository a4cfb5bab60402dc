import { expect, test } from "vitest";
import { entryOf, mergeEntries, parseEntries, type SshEntry } from "../../../../src/remote/ssh-proxy/entries.ts";
import { hostNames } from "../../../../src/remote/ssh-proxy/host-names.ts";
import { renderConfig } from "../../../../src/remote/ssh-proxy/render-config.ts";
import { sessionView } from "../../../support/fakes/fake-host.ts";

const place = {
  cowork: ["env", "COWORK_HOME=/h/.cowork", "/usr/bin/cowork"],
  knownHosts: "/h/.cowork/ssh/known_hosts",
};
const entry = (project: string, name: string): SshEntry => ({ host: "local", project, name, id: `${project}-${name}` });

test("a session becomes a block, from which it can be read back", () => {
  const found = entryOf(sessionView())!;
  const text = renderConfig([found], place);
  expect(text).toBe(`# cowork {"host":"local","project":"app","name":"a","id":"app-a","user":"dev"}
Host cowork.a cowork.app.a
  User dev
  ProxyCommand env COWORK_HOME=/h/.cowork /usr/bin/cowork __ssh to local app-a
  HostKeyAlias cowork
  UserKnownHostsFile /h/.cowork/ssh/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  PreferredAuthentications none
  IdentityFile none
  IdentityAgent none
  ForwardAgent no
  ForwardX11 no
`);
  expect(parseEntries(text)).toEqual([found]);
});

test("paths with spaces, quotes and percent signs are quoted for ssh and for its shell", () => {
  const odd = { cowork: ["/a b/it's 100%/cowork"], knownHosts: '/a b/"100%"/known' };
  const text = renderConfig([entry("app", "a")], odd);
  expect(text).toContain(String.raw`  ProxyCommand '/a b/it'\''s 100%%/cowork' __ssh to local app-a`);
  expect(text).toContain(String.raw`  UserKnownHostsFile "/a b/\"100%%\"/known"`);
});

test.each(["dev\nProxyCommand touch /tmp/x", "-oProxyCommand=x", "%u", "a b", ""])(
  "a remote user that is not a plain name is left out: %j",
  (user) => {
    const view = sessionView();
    expect(entryOf({ ...view, container: { ...view.container!, user } })).toEqual(entry("app", "a"));
  },
);

test("an unreadable record has no host, nor has a line that was added to the file", () => {
  expect(entryOf(sessionView({ project: "" }))).toBeUndefined();
  expect(parseEntries('# cowork {"host":"local","project":"a b","name":"a","id":"x"}\n# cowork {\nHost x\n')).toEqual(
    [],
  );
});

test("an ambiguous name belongs to no session: ssh lists the full names", () => {
  const entries = [entry("app", "a"), entry("app", "b"), entry("shop", "a")];
  expect(hostNames(entries).own.map(({ names }) => names)).toEqual([
    ["cowork.app.a"],
    ["cowork.b", "cowork.app.b"],
    ["cowork.shop.a"],
  ]);
  const text = renderConfig(entries, place);
  expect(text).toMatch(/^Host cowork\.a\n {2}ProxyCommand .* __ssh which cowork\.a cowork\.app\.a cowork\.shop\.a$/m);
});

test("names may contain dots: the full name of one session is not the short name of another", () => {
  const names = hostNames([entry("app", "a"), entry("shop", "app.a")]).own.map((one) => one.names);
  expect(names).toEqual([["cowork.a", "cowork.app.a"], ["cowork.shop.app.a"]]);
});

test("only the entries of this project on this host are replaced", () => {
  const away = { ...entry("app", "c"), host: "box" };
  const known = [entry("app", "a"), entry("app", "gone"), entry("shop", "a"), away];
  const names = (found: SshEntry[]): string[] => found.map(({ host, id }) => `${host} ${id}`);
  const one = mergeEntries(known, [entry("app", "b"), entry("app", "a")], { host: "local", project: "app" });
  expect(names(one)).toEqual(["local app-a", "local app-b", "box app-c", "local shop-a"]);
  expect(names(mergeEntries(known, [entry("app", "b")], { host: "local" }))).toEqual(["local app-b", "box app-c"]);
});
