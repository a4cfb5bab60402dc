import { temporaryHome } from "../support/home/home.ts";
import { testKinds } from "../support/home/kinds.ts";
import { remoteAccount } from "../support/remote/remote-account.ts";

// Remote hosts run the same functions, so over SSH the most complex kind is enough. Projects with an image or a Dockerfile are those
// of most other tests; test/soak has all kinds on both.
testKinds("this machine", temporaryHome, ["none", "features", "compose"]);
testKinds("another machine over SSH", remoteAccount, ["compose"]);
