// The way to the server: a challenge, and the frames that answer it. Two paths, the same for a bank's proxy:
//   POST {endpoint}/challenge  { no_movement, no_flashing }        → { nonce, steps, colour_ms, fade_ms, expires_in_ms, checks_left }
//   POST {endpoint}            application/vnd.senim.frames        → whatever the server says of the check

import { pause } from "./camera.js";

/** Between tries of a cut upload; each sends the same frames for the same challenge. */
const AGAIN_MS = [500, 1_500, 4_000];
const CHALLENGE_MS = 20_000;
/** A gateway's way of saying that nobody answered behind it. */
const NOBODY = [502, 503, 504];

/** Nothing came back. */
export class Offline extends Error {}

export class Endpoint {
  #url;
  #token;

  constructor(url, token) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
  }

  /** Answers { ok, status, body }. */
  async challenge(wishes) {
    let answer;
    try {
      answer = await fetch(`${this.#url}/challenge`, {
        method: "POST",
        headers: { ...this.#headers(), "content-type": "application/json" },
        body: JSON.stringify(wishes),
        cache: "no-store",
        signal: AbortSignal.timeout?.(CHALLENGE_MS),
      });
      return said(answer.status, await answer.text());
    } catch {
      throw new Offline();
    }
  }

  /** Sends a pack; what was cut off on the way is sent again until `deadline` (`performance.now()`). */
  async send(pack, deadline, { onprogress, onagain, signal }) {
    for (const wait of [...AGAIN_MS, undefined]) {
      const answer = await this.#post(pack, onprogress, signal);
      if (signal.aborted) throw new Offline();
      if (answer.status !== 0 && !NOBODY.includes(answer.status)) return said(answer.status, answer.text);
      if (wait === undefined || performance.now() + wait > deadline) break;
      onagain();
      await pause(wait);
    }
    throw new Offline();
  }

  /** By XMLHttpRequest, for `fetch` does not tell how much has gone. */
  #post(pack, onprogress, signal) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", this.#url);
      request.timeout = 120_000;
      for (const [name, value] of Object.entries(this.#headers())) request.setRequestHeader(name, value);
      request.setRequestHeader("content-type", "application/vnd.senim.frames");
      request.upload.onprogress = ({ loaded, total }) => total > 0 && onprogress((100 * loaded) / total);
      request.onloadend = () => done({ status: request.status, text: request.responseText });
      signal.addEventListener("abort", () => request.abort(), { once: true });
      request.send(pack);
    });
  }

  #headers() {
    const token = this.#token ? { authorization: `Bearer ${this.#token}` } : {};
    return { accept: "application/json", "senim-page": "1", ...token };
  }
}

function said(status, text) {
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Not ours: a proxy's page. The status tells what there is to tell.
  }
  return { ok: status >= 200 && status < 300, status, body };
}
