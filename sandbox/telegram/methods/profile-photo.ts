import { z } from "zod";
import { badRequest } from "../errors.ts";
import { integer, json, optionalInteger } from "../params.ts";
import { type MethodTable, method } from "./method.ts";

/** The side of the pictures that the server makes; Telegram makes three sizes, here one stands for all. */
const SIDE = 640;

const photoSchema = z.object({ type: z.string(), photo: z.string().optional() });

/** What every JPEG file begins with. */
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);

const setMyProfilePhoto = method(z.object({ photo: json(photoSchema) }), (world, { photo }, { files }) => {
  if (photo.type !== "static") throw badRequest("Can't parse InputProfilePhoto: Unsupported type specified");
  // "Profile photos can't be reused and can only be uploaded as a new file."
  const upload = photo.photo?.startsWith("attach://")
    ? files.get(photo.photo.slice("attach://".length))
    : undefined;
  if (upload === undefined) throw badRequest("Profile photo must be uploaded as a file");
  if (!Buffer.from(upload.bytes.subarray(0, JPEG.length)).equals(JPEG)) throw badRequest("PHOTO_EXT_INVALID");
  world.profile.setPhoto(world.files.add(upload.bytes, "jpg"));
  return true;
});

const getUserProfilePhotos = method(
  z.object({ user_id: integer, offset: optionalInteger, limit: optionalInteger }),
  (world, { user_id: userId }) => {
    const fileId = userId === world.bot.id ? world.profile.photo() : undefined;
    if (fileId === undefined) return { total_count: 0, photos: [] };
    const { file_unique_id, file_size } = world.files.info(fileId);
    const photo = { file_id: fileId, file_unique_id, file_size, width: SIDE, height: SIDE };
    return { total_count: 1, photos: [[photo]] };
  },
);

export const profilePhotoMethods: MethodTable = {
  setMyProfilePhoto,
  getUserProfilePhotos,
  removeMyProfilePhoto: (world) => {
    world.profile.setPhoto(undefined);
    return true;
  },
};
