// @ts-check

const MUTED_KEY = "numstore-muted";

/**
 * A soft two-tone sound for new messages. Browsers allow sound only after the visitor touched the page.
 * @typedef {ReturnType<typeof createSound>} Sound
 */
export function createSound() {
  /** @type {AudioContext | null} */
  let audio = null;
  let isMuted = localStorage.getItem(MUTED_KEY) === "yes";

  const unlock = () => {
    if ("AudioContext" in window) audio ??= new AudioContext();
  };
  window.addEventListener("pointerdown", unlock, { once: true });
  window.addEventListener("keydown", unlock, { once: true });

  return {
    isMuted: () => isMuted,
    toggle() {
      isMuted = !isMuted;
      localStorage.setItem(MUTED_KEY, isMuted ? "yes" : "no");
    },
    play() {
      if (!audio || isMuted) return;
      tone(audio, 587, 0);
      tone(audio, 784, 0.09);
    },
  };
}

/**
 * @param {AudioContext} audio
 * @param {number} hertz
 * @param {number} delaySeconds
 */
function tone(audio, hertz, delaySeconds) {
  const start = audio.currentTime + delaySeconds;
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(0.05, start + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.28);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.3);
}
