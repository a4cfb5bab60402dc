import { expect, it } from "vitest";
import { raceForTheHost, reachPlace } from "../support/reach-place.ts";

it("a service that exchanges a folder for a link to the host never gets it mounted, in many starts of the dev container", async () => {
  const place = await reachPlace();
  try {
    await raceForTheHost(place, 10);
    expect(await place.canaryFiles()).toEqual(["proof"]);
  } finally {
    await place.home.remove();
  }
});
