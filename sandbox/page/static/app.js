// @ts-check
import { createChats } from "./chats.js";
import { createComposer } from "./composer.js";
import { copyText } from "./copy.js";
import { byId, icon } from "./dom.js";
import { createInsightPanel } from "./insight-panel.js";
import { alertDialog, invoiceSheet, toast } from "./overlays.js";
import { createScenarioPanel } from "./scenario-panel.js";
import { createServerLink } from "./server-link.js";
import { createSimClock } from "./sim-clock.js";
import { createSound } from "./sound.js";
import { createViews } from "./views.js";

/** @typedef {import("../ports.ts").ChatMessage} ChatMessage */

const TICK_MS = 500;
const NAME = "Numstore, simulated";

const clock = createSimClock();
const sound = createSound();
let stars = 0;
let shopName = "Numstore";

const views = createViews({ onShow: () => chats.markSeen() });
const link = createServerLink({ onFrame, onStatus });
const composer = createComposer({ send: (text) => attempt(() => post("/api/send", { text })) });
const chats = createChats({
  messages: {
    clock,
    botName: () => shopName,
    onCommand: (text) => void attempt(() => post("/api/send", { text })),
    actions: { press, copy, openInvoice, say: toast },
  },
  isShown: views.isChatShown,
  onChange: showChatState,
});
const insight = createInsightPanel({ clock, onCopy: copy });
const scenarios = createScenarioPanel({
  run: async (id) => {
    await attempt(async () => {
      const { told } = await link.post(`/api/scenario/${encodeURIComponent(id)}`);
      if (told) toast(told);
    });
  },
});

/**
 * @param {string} path
 * @param {Record<string, unknown>} body
 */
function post(path, body) {
  return link.post(path, { ...body, role: chats.role() });
}

/**
 * Runs an action and shows the visitor why it failed.
 * @param {() => Promise<unknown>} work
 * @returns {Promise<boolean>}
 */
async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
    return false;
  }
}

/**
 * @param {ChatMessage} message
 * @param {number} row
 * @param {number} column
 */
async function press(message, row, column) {
  await attempt(async () => {
    const { answer } = await post("/api/press", {
      messageId: message.id,
      revision: message.revision,
      row,
      column,
    });
    if (answer?.isAlert) alertDialog(answer.text, shopName);
    else if (answer) toast(answer.text);
  });
}

/** @param {string} text */
async function copy(text) {
  const isCopied = await copyText(text);
  toast(isCopied ? `Copied ${text}` : `This browser did not allow copying. The text is ${text}`);
  return isCopied;
}

/** @param {ChatMessage} message */
function openInvoice(message) {
  const { invoice } = message;
  if (!invoice) return;
  if (invoice.paid) return toast("This invoice is already paid.");
  invoiceSheet(invoice, {
    balance: stars,
    pay: async () => {
      try {
        const result = await post("/api/pay", { messageId: message.id });
        return result.ok ? null : result.errorMessage;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
  });
}

/**
 * What the server sends is our own JSON (feed.ts).
 * @param {"snapshot" | "message" | "deleted" | "state"} event
 * @param {any} data
 */
function onFrame(event, data) {
  if (event === "message") {
    if (chats.put(data.role, data.message)) sound.play();
  } else if (event === "deleted") {
    chats.remove(data.role, data.messageId);
  } else if (event === "snapshot") {
    shopName = data.shop.name;
    byId("shop-name").textContent = shopName;
    insight.update(data.insight);
    chats.reset(data.chats, data.shop);
    onState(data);
  } else {
    onState(data);
  }
}

/** What the page last showed of what happened underneath; null: nothing yet. @type {string | null} */
let lastHappened = null;

/** @param {any} data */
function onState(data) {
  stars = data.stars;
  const happened = JSON.stringify([data.insight.providerCalls, data.insight.events]);
  if (lastHappened !== null && happened !== lastHappened) views.markNews();
  lastHappened = happened;
  insight.update(data.insight);
  insight.tick();
  scenarios.update(data.scenarios);
  chats.setCommands(data.commands);
  showChatState();
}

/** @param {boolean} isConnected */
function onStatus(isConnected) {
  const line = byId("connection");
  line.textContent = isConnected ? "Connected" : "The demo server is away. Trying again…";
  line.classList.toggle("lost", !isConnected);
}

function showChatState() {
  composer.setFresh(chats.isFresh());
  composer.setCommands(chats.commands());
  const unread = chats.unread();
  document.title = unread > 0 ? `(${unread}) ${NAME}` : NAME;
  views.setUnread(unread);
}

function showMute() {
  const button = byId("mute");
  button.replaceChildren(icon(sound.isMuted() ? "muted" : "sound"));
  button.setAttribute("aria-label", "Sound for new messages");
  button.setAttribute("aria-pressed", String(!sound.isMuted()));
}

byId("mute").addEventListener("click", () => {
  sound.toggle();
  showMute();
});
showMute();
setInterval(() => {
  clock.tick();
  insight.tick();
}, TICK_MS);
void link.connect();
