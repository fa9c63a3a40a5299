import { z } from "zod";
import { refusals } from "../errors.ts";
import { flag, json, optionalInteger, optionalText } from "../params.ts";
import { checkWebhook } from "../webhook.ts";
import { type MethodTable, method } from "./method.ts";

const allowedUpdates = json(z.array(z.string()).optional());

const getUpdates = method(
  z.object({
    offset: optionalInteger,
    limit: optionalInteger,
    timeout: optionalInteger,
    allowed_updates: allowedUpdates,
  }),
  (world, params, { signal }) => {
    if (world.webhook.isSet()) throw refusals.webhookIsActive();
    world.queue.setAllowed(params.allowed_updates);
    return world.polling.poll({
      offset: params.offset ?? 0,
      limit: Math.min(100, Math.max(1, params.limit ?? 100)),
      timeoutSeconds: Math.max(0, params.timeout ?? 0),
      signal,
    });
  },
);

const setWebhook = method(
  z.object({
    url: optionalText,
    secret_token: optionalText,
    max_connections: optionalInteger,
    allowed_updates: allowedUpdates,
    drop_pending_updates: flag,
  }),
  (world, params) => {
    const url = params.url ?? "";
    if (url !== "") checkWebhook(url, params.secret_token);
    if (params.drop_pending_updates) world.queue.clear();
    world.queue.setAllowed(params.allowed_updates);
    if (url === "") {
      world.webhook.set(undefined);
      return true;
    }
    world.polling.interrupt(refusals.pollEndedByWebhook());
    world.webhook.set({
      url,
      secretToken: params.secret_token,
      maxConnections: Math.min(100, Math.max(1, params.max_connections ?? 40)),
    });
    return true;
  },
);

const deleteWebhook = method(z.object({ drop_pending_updates: flag }), (world, params) => {
  if (params.drop_pending_updates) world.queue.clear();
  world.webhook.set(undefined);
  return true;
});

export const updateMethods: MethodTable = {
  getUpdates,
  setWebhook,
  deleteWebhook,
  getWebhookInfo: (world) => world.webhook.info(),
};
