// A tone per verdict, for a clerk who is looking at the person and not at the screen.

/** @import { Verdict } from "../../types/routes.js" */

/** @type {Record<Verdict, [pitch: number, after: number, length: number][]>} */
const TONES = {
  valid: [[880, 0, 0.12]],
  check: [[587, 0, 0.1], [587, 0.16, 0.1]],
  invalid: [[196, 0, 0.18], [196, 0.24, 0.18]],
  undetermined: [[440, 0, 0.14], [311, 0.14, 0.22]],
};
const LOUDNESS = 0.12;

/** @type {AudioContext|null} */
let audio = null;

/**
 * Sound a verdict: high; two middle; two low; falling. Silent until the page was touched, as browsers demand.
 * @param {Verdict} verdict
 */
export function sound(verdict) {
  if (!navigator.userActivation?.hasBeenActive || !("AudioContext" in window)) return;
  audio = audio || new AudioContext();
  const start = audio.currentTime + 0.01;
  for (const [pitch, after, length] of TONES[verdict]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(LOUDNESS, start + after);
    volume.gain.exponentialRampToValueAtTime(0.001, start + after + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(start + after);
    tone.stop(start + after + length);
  }
}
