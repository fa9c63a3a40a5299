import type { FaceOptions } from "./face.ts";

const TIMEOUT_MS = 5000;

/** Sends a webhook call, once or `webhookCopies` times. A call that fails is lost. */
export async function pushJson(options: FaceOptions, body: Readonly<Record<string, unknown>>): Promise<void> {
  const url = options.webhookUrl();
  if (url === null) return;
  for (let copy = 0; copy < options.webhookCopies; copy += 1) {
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await answer.arrayBuffer();
    } catch {
      // The webhook is not reachable, and the gateway documents no retry.
    }
  }
}
