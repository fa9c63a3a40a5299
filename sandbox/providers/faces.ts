import type { Protocol } from "../../src/providers/provider.ts";
import type { Face, FaceOptions } from "./face.ts";
import { createOxgelFace } from "./oxgel.ts";

/** The pretend supplier of every protocol. */
export const faces: Readonly<Record<Protocol, (options: FaceOptions) => Face>> = {
  oxgel: createOxgelFace,
  "handler-api": notYet,
  "push-gateway": notYet,
  otpbuddy: notYet,
  tempcode77: notYet,
};

function notYet(): Face {
  throw new Error("this pretend supplier is not written yet");
}
