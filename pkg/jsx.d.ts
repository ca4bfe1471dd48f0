/** For React 19 and later, whose JSX lives in its own module: `import type {} from "senim-liveness/jsx"`. */
import type { SenimLivenessAttributes } from "./senim-liveness.js";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "senim-liveness": SenimLivenessAttributes;
    }
  }
}
