// The way to the server: a challenge, and the frames that answer it. Two paths, the same for a bank's proxy:
//   POST {endpoint}/challenge  { no_movement, no_flashing }        → { nonce, steps, colour_ms, fade_ms, expires_in_ms, checks_left }
//   POST {endpoint}            application/vnd.senim.frames        → whatever the server says of the check

import { pause } from "./camera.js";

/** Between tries of a cut upload; each sends the same frames for the same challenge. */
const AGAIN_MS = [500, 1_500, 4_000];
const CHALLENGE_MS = 20_000;
/** A gateway's way of saying that nobody answered behind it, unless the server gave a reason of its own. */
const NOBODY = [502, 503, 504];
/** Codes by which the server says that it has looked at nothing yet. */
const NOT_YET = ["busy", "rate.limited"];
const NOT_YET_MAX_MS = 30_000;

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
      const heard = said(answer.status, await answer.text());
      if (!isNobody(heard)) return heard;
    } catch {
      // As below.
    }
    throw new Offline();
  }

  /**
   * Sends a pack; what was cut off on the way is sent again until `deadline` (`performance.now()`). Whatever the server
   * itself answers is final: a second upload would meet a challenge that is used up, and hide the reason.
   */
  async send(pack, deadline, { onprogress, onagain, signal }) {
    const waits = [...AGAIN_MS];
    for (;;) {
      const answer = await this.#post(pack, onprogress, signal);
      if (signal.aborted) throw new Offline();
      const heard = answer.status === 0 ? null : said(answer.status, answer.text);
      const nobody = !heard || isNobody(heard);
      const wait = nobody ? waits.shift() : notYet(heard, answer.after);
      if (wait === undefined || performance.now() + wait > deadline) {
        if (nobody) throw new Offline();
        return heard;
      }
      onagain();
      await pause(wait);
    }
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
      request.onloadend = () => {
        const after = request.getResponseHeader("retry-after");
        done({ status: request.status, text: request.responseText, after });
      };
      signal.addEventListener("abort", () => request.abort(), { once: true });
      request.send(pack);
    });
  }

  #headers() {
    const token = this.#token ? { authorization: `Bearer ${this.#token}` } : {};
    return { accept: "application/json", "senim-page": "1", ...token };
  }
}

const isNobody = ({ status, body }) => NOBODY.includes(status) && !body?.code;

/** How long to wait before the same may be sent again, in milliseconds; undefined where the answer is final. */
function notYet({ body }, retryAfter) {
  if (!NOT_YET.includes(body?.code)) return undefined;
  const seconds = Math.max(1, Number(retryAfter) || 0);
  return Math.min(seconds * 1000, NOT_YET_MAX_MS);
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
