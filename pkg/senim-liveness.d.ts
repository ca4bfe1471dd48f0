/** What the client is asked to do, as the server's challenge says it. */
export type Ask =
  | "look"
  | { do: "turn-left" | "turn-right" | "nod" | "blink" | "smile" | "come-closer" }
  | { colours: Array<"red" | "green" | "blue" | "yellow" | "cyan" | "magenta"> }
  /** The same without a flash: each colour fades in. */
  | { fades: Array<"green" | "blue" | "yellow" | "cyan" | "magenta"> };

/** The one thing that helps most now. */
export type Hint =
  | "no-face"
  | "several-faces"
  | "too-dark"
  | "too-bright"
  | "too-far"
  | "too-close"
  | "off-centre"
  | "remove-glasses"
  | "turned-away"
  | "light-from-front"
  | "open-eyes"
  | "look-here"
  | "hold-still"
  | "slow-camera"
  | "good"
  | "asking"
  | "preparing"
  | "waiting";

/** Why a check ended without an answer of the server's. */
export type FaultCode =
  | "denied"
  | "denied-app"
  | "framed"
  | "insecure"
  | "missing"
  | "busy"
  | "lost"
  | "small"
  | "unsupported"
  | "slow"
  | "hidden"
  | "turned"
  | "timed-out"
  | "face-lost"
  | "expired"
  | "offline"
  | "not-loaded"
  /** No WebAssembly with SIMD, or a policy that forbids to compile it. */
  | "no-wasm"
  /** The camera gives one colour, or noise. */
  | "no-picture"
  | "broken";

export interface ProgressDetail {
  /** Index of the step that is on. */
  step: number;
  /** Nought until the server has drawn a challenge. */
  steps: number;
  percent: number;
}

export interface GuidanceDetail {
  hint: Hint;
  /** As it is shown, in the widget's language. */
  text: string;
}

export interface PromptDetail {
  step: number;
  ask: Ask;
}

export interface ResultDetail {
  /** Whether the server answered with a status of 200 to 299. */
  ok: boolean;
  status: number;
  /** The server's JSON; null where it was none. */
  body: unknown;
  /** Why not, in the widget's language; shown unless the event's default is prevented. Null where it is ok. */
  text: string | null;
}

export interface ErrorDetail {
  code: FaultCode;
  /** A sentence that helps, in the widget's language. */
  text: string;
}

export interface SenimLivenessEventMap {
  /** Wasm and nets are loaded. */
  "senim-ready": CustomEvent<Record<string, never>>;
  "senim-start": CustomEvent<Record<string, never>>;
  "senim-progress": CustomEvent<ProgressDetail>;
  "senim-guidance": CustomEvent<GuidanceDetail>;
  /** A step is shown; told before anything else happens. */
  "senim-prompt": CustomEvent<PromptDetail>;
  /** The server answered: to the frames, or with a refusal to draw a challenge. Cancelable. */
  "senim-result": CustomEvent<ResultDetail>;
  "senim-error": CustomEvent<ErrorDetail>;
}

export declare const LANGUAGES: ReadonlyArray<"kk" | "ru" | "en">;

/**
 * Attributes: `endpoint`, `token`, `lang` (kk, ru, en), `no-movement`, `no-flashing` (colours fade slowly, none of them
 * red), `assets`.
 * All events bubble and cross shadow roots.
 */
export declare class SenimLiveness extends HTMLElement {
  /** What the bank's app says of its device (Play Integrity, App Attest); at most 8 KB, passed through. */
  attestation: string | null;
  /** As the server last told; null before the first challenge. */
  readonly checksLeft: number | null;
  readonly running: boolean;
  /** Milliseconds that the worker took for each of the last frames; for measuring. */
  readonly frameTimes: readonly number[];
  /** What it had left to do of the frame before each of them, while nobody waited. */
  readonly settleTimes: readonly number[];

  /** Opens the camera and goes through one check; resolves when it is over, however it ends. */
  start(): Promise<void>;
  /** Turns the camera off. A challenge that was handed out stays counted. */
  stop(): void;

  addEventListener<K extends keyof SenimLivenessEventMap>(
    type: K,
    listener: (this: SenimLiveness, event: SenimLivenessEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof SenimLivenessEventMap>(
    type: K,
    listener: (this: SenimLiveness, event: SenimLivenessEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** The attributes, for JSX. */
export interface SenimLivenessAttributes {
  endpoint?: string;
  token?: string;
  lang?: "kk" | "ru" | "en" | (string & {});
  "no-movement"?: boolean | "";
  "no-flashing"?: boolean | "";
  assets?: string;
  id?: string;
  class?: string;
  className?: string;
  hidden?: boolean;
  /** The framework's own. */
  ref?: unknown;
  key?: string | number | bigint | null;
}

declare global {
  interface HTMLElementTagNameMap {
    "senim-liveness": SenimLiveness;
  }
  /** Preact, Solid and React before 19. */
  namespace JSX {
    interface IntrinsicElements {
      "senim-liveness": SenimLivenessAttributes;
    }
  }
}
