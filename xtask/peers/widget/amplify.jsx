// The least page with Amplify's detector, as its documentation has it; only its size is measured.
import { Amplify } from "aws-amplify";
import { FaceLivenessDetector } from "@aws-amplify/ui-react-liveness";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import "@aws-amplify/ui-react/styles.css";

Amplify.configure({});
const detector = createElement(FaceLivenessDetector, { sessionId: "", region: "eu-west-1", onAnalysisComplete() {} });
createRoot(document.body).render(detector);
