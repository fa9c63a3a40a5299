import type { Protocol } from "../../src/providers/port/provider.ts";
import type { Face, FaceOptions } from "./face.ts";
import { createFiveSimFace } from "./fivesim.ts";
import { createHandlerApiFace } from "./handler-api.ts";
import { createOtpBuddyFace } from "./otpbuddy.ts";
import { createOxgelFace } from "./oxgel.ts";
import { createPushGatewayFace } from "./push-gateway.ts";
import { createTempcode77Face } from "./tempcode77.ts";

/** The pretend supplier of every protocol. */
export const faces: Readonly<Record<Protocol, (options: FaceOptions) => Face>> = {
  oxgel: createOxgelFace,
  "handler-api": createHandlerApiFace,
  "push-gateway": createPushGatewayFace,
  otpbuddy: createOtpBuddyFace,
  tempcode77: createTempcode77Face,
  fivesim: createFiveSimFace,
};
