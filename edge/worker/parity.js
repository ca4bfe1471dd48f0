// For tests only: a batch of recorded requests in, the decisions out (src/bin/parity.rs).
import * as wasm from "./index.js";

export default {
  async fetch(request) {
    try {
      return new Response(await wasm.parity(new Uint8Array(await request.arrayBuffer())));
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};
