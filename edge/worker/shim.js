// Joins the runtime's entries to the Worker's wasm. After a panic the module is begun anew, and the objects with it.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import * as wasm from "./index.js";

const state = wasm.__worker_init_state();

function renew() {
  if (state.criticalError) {
    wasm.__wbg_reset_state();
    state.criticalError = false;
    state.instanceId++;
  }
}

function note(error) {
  if (error instanceof WebAssembly.RuntimeError) {
    console.error("the module failed and begins anew");
    state.criticalError = true;
  }
}

// What fails beside requests: following the stream, handing over uses.
addEventListener("error", (event) => note(event.error));
addEventListener("unhandledrejection", (event) => note(event.reason));

async function guarded(call) {
  renew();
  try {
    return await call();
  } catch (error) {
    note(error);
    throw error;
  }
}

export default class extends WorkerEntrypoint {
  fetch(request) {
    return guarded(() => wasm.fetch(request, this.env, this.ctx));
  }
}

export class Edge extends DurableObject {
  #held;
  #of;

  constructor(ctx, env) {
    super(ctx, env);
    this.#begin();
  }

  #begin() {
    renew();
    if (this.#of !== state.instanceId || !this.#held) {
      this.#held = new wasm.Edge(this.ctx, this.env);
      this.#of = state.instanceId;
    }
    return this.#held;
  }

  fetch(request) {
    return guarded(() => this.#begin().fetch(request));
  }

  alarm() {
    return guarded(() => this.#begin().alarm());
  }
}
