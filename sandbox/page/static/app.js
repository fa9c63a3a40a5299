// @ts-check
import { createChats } from "./chats.js";
import { createComposer } from "./composer.js";
import { copyText } from "./copy.js";
import { byId, icon } from "./dom.js";
import { createInsightPanel } from "./insight-panel.js";
import { alertDialog, invoiceSheet, shareSheet, toast } from "./overlays.js";
import { createScenarioPanel } from "./scenario-panel.js";
import { createServerLink } from "./server-link.js";
import { shopPicture } from "./shop-picture.js";
import { createSimClock } from "./sim-clock.js";
import { createSound } from "./sound.js";
import { createStartLink } from "./start-link.js";
import { createTerminalPanel } from "./terminal-panel.js";
import { createViews } from "./views.js";
import { createWords } from "./words.js";

/** @typedef {import("../ports.ts").ChatMessage} ChatMessage */

const TICK_MS = 500;
const NAME = "Numstore, simulated";

const clock = createSimClock();
const sound = createSound();
let stars = 0;
let shopName = "Numstore";

const views = createViews({ onShow: () => chats.markSeen() });
const link = createServerLink({ onFrame, onStatus });
const startLink = createStartLink();
const composer = createComposer({ send, startText: startLink.command, ask, pick });
const chats = createChats({
  messages: {
    clock,
    botName: () => shopName,
    fileUrl: link.fileUrl,
    onCommand: (text) => void send(text),
    actions: { press, copy, openInvoice, follow, search: composer.search, share, say: toast },
  },
  isShown: views.isChatShown,
  onChange: showChatState,
});
const insight = createInsightPanel({ clock, onCopy: copy });
const terminal = createTerminalPanel({
  run: (client, key) => attempt(() => link.post("/api/terminal", { client, key })),
});
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
function send(text) {
  return attempt(() => post("/api/send", { text }));
}

/** @param {string} payload */
async function follow(payload) {
  await send(`/start ${payload}`);
}

/** @param {{ url: string, payload: string }} shared */
function share(shared) {
  shareSheet(shared, copy);
}

/**
 * @param {string} query
 * @param {string} offset
 * @returns {Promise<import("../ports.ts").InlineChoices | null>}
 */
async function ask(query, offset) {
  try {
    return await post("/api/inline", { query, offset });
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
    return null;
  }
}

/** @param {string} choiceId */
function pick(choiceId) {
  return attempt(() => post("/api/pick", { choiceId }));
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
 * @param {"snapshot" | "message" | "deleted" | "state" | "terminal"} event
 * @param {any} data
 */
function onFrame(event, data) {
  if (event === "message") {
    if (chats.put(data.role, data.message)) sound.play();
  } else if (event === "deleted") {
    chats.remove(data.role, data.messageId);
  } else if (event === "snapshot") {
    showShop(data.shop);
    insight.update(data.insight);
    chats.reset(data.chats, data.shop);
    terminal.update(data.terminal);
    onState(data);
    // Who knows the bot already and comes by a link needs no Start.
    if (startLink.isWaiting() && !chats.isFresh()) void send(startLink.command());
  } else if (event === "terminal") {
    terminal.update(data);
  } else {
    onState(data);
  }
}

/** @param {import("../ports.ts").ShopProfile} shop */
function showShop(shop) {
  shopName = shop.name;
  byId("shop-name").textContent = shopName;
  byId("shop-picture").replaceChildren(shopPicture(shop));
  composer.setUsername(shop.username);
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
  terminal.show(chats.role() === "reseller");
  const unread = chats.unread();
  document.title = unread > 0 ? `(${unread}) ${NAME}` : NAME;
  views.setUnread(unread);
}

createWords({
  say: async (text) => {
    views.show("chat");
    if (chats.isFresh()) await send(startLink.command());
    await send(text);
  },
  search: () => {
    views.show("chat");
    if (chats.isFresh()) void send(startLink.command());
    composer.search("whats");
  },
});

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
