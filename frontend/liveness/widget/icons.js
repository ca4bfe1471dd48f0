// What is asked for, drawn: a face, and an arrow or a feature that moves where the client allows motion.

const SVG = "http://www.w3.org/2000/svg";

const FACE = "M32 12c-9 0-15 8-15 19s7 21 15 21 15-10 15-21-6-19-15-19z";
const EYES = "M26 29v1M38 29v1";
const MOUTH = "M27 41h10";
const LIT = [["face", FACE, EYES, MOUTH], ["glow", "M32 2v5M8 10l4 4M56 10l-4 4M2 34h6M56 34h6"]];

/** Paths by class: `face` stands still, the others move. */
const DRAWINGS = {
  look: [["face", FACE, EYES, MOUTH]],
  "turn-left": [["face", FACE, "M23 29v1M33 29v1", "M23 41h9"], ["left", "M13 32H3M8 27l-5 5 5 5"]],
  "turn-right": [["face", FACE, "M31 29v1M41 29v1", "M32 41h9"], ["right", "M51 32h10M56 27l5 5-5 5"]],
  nod: [["face", FACE, "M26 33v1M38 33v1", "M28 44h8"], ["down", "M57 22v20M52 37l5 5 5-5"]],
  blink: [["face", FACE, MOUTH], ["lids", "M23 29q3 3 6 0M35 29q3 3 6 0"]],
  smile: [["face", FACE, EYES], ["grin", "M25 39q7 8 14 0"]],
  "come-closer": [["grow", FACE, EYES, MOUTH], ["face", "M6 14V6h8M58 14V6h-8M6 50v8h8M58 50v8h-8"]],
  colours: LIT,
  fades: LIT,
};

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 64 64");
  for (const [kind, ...paths] of DRAWINGS[name] ?? DRAWINGS.look) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("class", kind);
    path.setAttribute("d", paths.join(""));
    drawing.append(path);
  }
  return drawing;
}
