import { temporaryHome } from "../support/home/home.ts";
import { testKinds } from "../support/home/kinds.ts";
import { remoteAccount } from "../support/remote/remote-account.ts";

testKinds("this machine", temporaryHome, ["image", "dockerfile"]);
testKinds("another machine over SSH", remoteAccount, ["none", "image", "dockerfile", "features"]);
