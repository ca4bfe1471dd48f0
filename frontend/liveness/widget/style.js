// The widget's looks: a constructable sheet, so that a page's policy needs no 'unsafe-inline'.
//
// Themed by custom properties (--senim-*) and parts; README.md lists both. Colours follow the element's own
// `color-scheme`, not the device: system colours do so in every engine, light-dark() since Chrome 123 and Safari 17.5.

/** From one colour to the next, where the client asked for no flashing. */
export const FADE_MS = 900;

const CSS = `
:host {
  --_ground: var(--senim-ground, Canvas);
  --_soft: var(--senim-soft, color-mix(in srgb, CanvasText 8%, Canvas));
  --_ink: var(--senim-ink, CanvasText);
  --_ink-soft: var(--senim-ink-soft, color-mix(in srgb, CanvasText 72%, Canvas));
  --_line: var(--senim-line, color-mix(in srgb, CanvasText 50%, Canvas));
  --_accent: var(--senim-accent, color-mix(in srgb, #0d6f67 55%, CanvasText));
  --_on-accent: var(--senim-on-accent, Canvas);
  --_good: var(--senim-good, color-mix(in srgb, #1c8b4c 50%, CanvasText));
  --_bad: var(--senim-bad, color-mix(in srgb, #d3232f 50%, CanvasText));
  --_bad-soft: var(--senim-bad-soft, color-mix(in srgb, #d3232f 12%, Canvas));
  --_radius: var(--senim-radius, 16px);
  display: block;
  container-type: inline-size;
  color: var(--_ink);
  font: 400 1.0625rem/1.5 var(--senim-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif);
  text-align: start;
}
:host([hidden]) { display: none; }
@supports (color: light-dark(#000, #fff)) {
  :host {
    --_ground: var(--senim-ground, light-dark(#ffffff, #141f1d));
    --_soft: var(--senim-soft, light-dark(#f0eee6, #1b2927));
    --_ink: var(--senim-ink, light-dark(#14211f, #e9efec));
    --_ink-soft: var(--senim-ink-soft, light-dark(#4c5a57, #a9b7b3));
    --_line: var(--senim-line, light-dark(#76807c, #72837e));
    --_accent: var(--senim-accent, light-dark(#0d4f4a, #6fcdbd));
    --_on-accent: var(--senim-on-accent, light-dark(#ffffff, #06201d));
    --_good: var(--senim-good, light-dark(#1c6b3c, #85d49c));
    --_bad: var(--senim-bad, light-dark(#a3232f, #ff9f99));
    --_bad-soft: var(--senim-bad-soft, light-dark(#fbe7e6, #3a1b1d));
  }
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.root { display: grid; gap: 1rem; overflow-wrap: break-word; }
p, ul, ol, fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
.intro { display: grid; gap: 1.25rem; }
.lead { color: var(--_ink-soft); }
.tips { list-style: none; display: grid; gap: .75rem; }
.tips li { display: grid; grid-template-columns: 1.75rem 1fr; gap: .75rem; align-items: start; }
.tips svg { width: 1.75rem; fill: none; stroke: var(--_accent); stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.wishes { display: grid; gap: .25rem; padding: .75rem 1rem; background: var(--_soft); border-radius: var(--_radius); }
.wishes legend { float: left; width: 100%; padding: 0; font-weight: 600; font-size: .9375rem; }
.wish { clear: both; display: grid; grid-template-columns: 1.5rem 1fr; gap: .75rem; align-items: center; min-height: 2.75rem; cursor: pointer; }
.wish input { width: 1.375rem; height: 1.375rem; margin: 0; accent-color: var(--_accent); }
.fault { padding: .875rem 1rem; color: var(--_bad); background: var(--_bad-soft); border-radius: var(--_radius); font-weight: 500; }
.over { font-weight: 600; color: var(--_good); }
.chooser { display: grid; gap: .375rem; justify-items: start; }
.chooser label { font-weight: 600; font-size: .9375rem; }
.chooser select {
  max-width: 100%; min-height: 2.75rem; padding: .25rem .75rem; font: inherit; color: var(--_ink); background: var(--_ground);
  border: 2px solid var(--_line); border-radius: calc(var(--_radius) * .5);
}
.actions { display: flex; flex-wrap: wrap; gap: .75rem; }
button {
  min-height: 3rem; padding: .625rem 1.5rem; font: inherit; font-weight: 600; cursor: pointer;
  border: 2px solid transparent; border-radius: calc(var(--_radius) * .7);
}
.start { color: var(--_on-accent); background: var(--_accent); }
.stop { color: var(--_ink); background: transparent; border-color: var(--_line); }
:focus-visible { outline: 3px solid var(--_accent); outline-offset: 3px; }
.stage { display: grid; gap: .75rem; justify-items: stretch; }
.prompt {
  display: grid; grid-template-columns: 3.5rem 1fr; gap: .875rem; align-items: center; min-height: 4.5rem;
  font-size: clamp(1.25rem, 6cqi, 1.625rem); line-height: 1.25; font-weight: 650;
}
.figure svg { display: block; width: 3.5rem; fill: none; stroke: var(--_accent); stroke-width: 3; stroke-linecap: round; stroke-linejoin: round; }
.window { position: relative; overflow: hidden; aspect-ratio: 4 / 3; max-height: 70vh; background: #000; border-radius: var(--_radius); }
.window[data-upright] { aspect-ratio: 3 / 4; justify-self: center; width: min(100%, 42vh); }
.window video { display: block; width: 100%; height: 100%; object-fit: cover; transform: scaleX(-1); }
.oval { position: absolute; inset: 0; width: 100%; height: 100%; }
.shade { fill: rgb(0 0 0 / 45%); }
.line { fill: none; stroke: #fff; stroke-width: 3; stroke-dasharray: 7 7; }
.stage[data-good] .line { stroke: #7ee2a8; stroke-dasharray: none; stroke-width: 4; }
.countdown { display: grid; grid-template-columns: 1fr auto; gap: .75rem; align-items: center; visibility: hidden; font-variant-numeric: tabular-nums; color: var(--_ink-soft); font-size: .9375rem; }
.countdown[data-on] { visibility: visible; }
.track { height: .5rem; border-radius: 1rem; background: var(--_soft); overflow: hidden; }
.bar { display: block; height: 100%; background: var(--_accent); transform-origin: left; }
.hint { min-height: 1.5em; font-weight: 500; }
.stage[data-good] .hint { color: var(--_good); }
.steps { list-style: none; display: flex; gap: .5rem; }
.steps li { flex: 1; height: .375rem; border-radius: 1rem; background: var(--_soft); border: 1px solid var(--_line); }
.steps li[aria-current] { background: var(--_line); }
.steps li[data-done] { background: var(--_accent); border-color: var(--_accent); }
.upload { display: grid; gap: .5rem; }
.upload progress { width: 100%; height: .75rem; accent-color: var(--_accent); }
@container (max-width: 26rem) {
  .actions button { width: 100%; }
}
.screen {
  position: fixed; inset: 0; width: 100%; height: 100%; max-width: none; max-height: none; margin: 0; padding: 1rem; border: 0;
  overflow: hidden; color: inherit; background: var(--flash, var(--_ground)); forced-color-adjust: none;
}
.screen[open] { display: grid; grid-template-rows: auto 1fr auto; gap: .75rem; justify-items: center; align-items: center; }
.screen::backdrop { background: transparent; }
.screen:focus { outline: none; }
.screen[data-fade] { transition: background-color ${FADE_MS}ms linear; }
.screen .prompt { padding: .5rem 1rem; color: #14211f; background: #fff; border-radius: var(--_radius); font-size: 1.125rem; }
.screen .figure svg { stroke: #0d4f4a; }
.screen .window {
  width: min(60vmin, 26rem); aspect-ratio: 3 / 4; max-height: 62vh; border-radius: 50%; background: transparent;
}
.screen .steps { width: min(100%, 30rem); padding: 0; margin: 0; }
@media (prefers-reduced-motion: no-preference) {
  .figure path { transform-box: view-box; transform-origin: center; }
  .left { animation: left 1.2s ease-in-out infinite; }
  .right { animation: right 1.2s ease-in-out infinite; }
  .down { animation: down 1.2s ease-in-out infinite; }
  .grow { animation: grow 1.6s ease-in-out infinite; }
  .lids { animation: lids 1.6s ease-in-out infinite; transform-origin: 50% 46%; }
  .grin { animation: grin 1.6s ease-in-out infinite; transform-origin: 50% 61%; }
}
@media (prefers-reduced-motion: reduce) { .bar { display: none; } .track { display: none; } }
@media (forced-colors: active) {
  .steps li[data-done] { background: Highlight; }
  .start { border-color: ButtonText; }
  .screen { --_ground: Canvas; }
}
@keyframes left { 50% { transform: translateX(-2px); } 0%, 100% { transform: translateX(4px); } }
@keyframes right { 50% { transform: translateX(2px); } 0%, 100% { transform: translateX(-4px); } }
@keyframes down { 50% { transform: translateY(4px); } 0%, 100% { transform: translateY(-4px); } }
@keyframes grow { 0%, 100% { transform: scale(.7); } 60% { transform: scale(1.05); } }
@keyframes lids { 0%, 45%, 100% { transform: scaleY(-1); } 60%, 85% { transform: scaleY(1); } }
@keyframes grin { 0%, 100% { transform: scale(.6, .3); } 50%, 80% { transform: scale(1); } }
`;

/** Made where there is a document: a server that renders the page imports this module as well. */
export function sheet() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  return sheet;
}
