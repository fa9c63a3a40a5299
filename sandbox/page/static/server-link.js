// @ts-check

const SESSION_KEY = "numstore-session";
/** Longer than the server waits for the bot's answer to a press. */
const POST_TIMEOUT_MS = 20_000;
const RETRY_MS = 1500;
const FRAMES = /** @type {const} */ (["snapshot", "message", "deleted", "state", "terminal"]);

/** An error answer of the server with its reason. */
export class Refusal extends Error {}

/**
 * The page's connection to its server: the session, actions (POST) and events (server-sent events).
 * @param {object} handlers
 * @param {(event: typeof FRAMES[number], data: any) => void} handlers.onFrame
 * @param {(isConnected: boolean) => void} handlers.onStatus
 * @typedef {ReturnType<typeof createServerLink>} ServerLink
 */
export function createServerLink({ onFrame, onStatus }) {
  let session = "";
  /** @type {EventSource | null} */
  let source = null;

  async function connect() {
    source?.close();
    try {
      session = await openSession();
    } catch {
      // The server is not reachable. The status line says so, and the page retries.
      return retry();
    }
    source = new EventSource(`/api/events?session=${encodeURIComponent(session)}`);
    source.onopen = () => onStatus(true);
    source.onerror = () => {
      // The browser reconnects by itself unless the server refused: then it was restarted, and a new session is needed.
      if (source?.readyState === EventSource.CLOSED) return retry();
      onStatus(false);
    };
    for (const name of FRAMES) {
      source.addEventListener(name, (event) => onFrame(name, JSON.parse(event.data)));
    }
  }

  function retry() {
    onStatus(false);
    setTimeout(connect, RETRY_MS);
  }

  /** @returns {Promise<string>} the session of this tab if the server still knows it, else a new one */
  async function openSession() {
    const known = sessionStorage.getItem(SESSION_KEY);
    const answer = await post("/api/session", { languageCode: navigator.language || "en", session: known });
    sessionStorage.setItem(SESSION_KEY, answer.session);
    return answer.session;
  }

  return {
    connect,
    /**
     * The address of the file that a message of this visitor has.
     * @param {number} messageId
     */
    fileUrl: (messageId) => `/api/file?${new URLSearchParams({ session, message: String(messageId) })}`,
    /**
     * @param {string} path
     * @param {Record<string, unknown>} [body]
     */
    post: (path, body = {}) => post(path, { ...body, session }),
  };
}

/**
 * @param {string} path
 * @param {Record<string, unknown>} body
 * @returns {Promise<any>} the answer; throws a {@link Refusal} with a sentence for the visitor
 */
async function post(path, body) {
  let response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(POST_TIMEOUT_MS),
    });
  } catch {
    throw new Refusal("The demo server did not answer.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(answer.error ?? "The demo server could not do that.");
  return answer;
}
