/** What the pages gain from JavaScript. Everything works without it. */
import { REAL_SUMMARY, keepDrafts } from "./drafts.js";
import { closeMenus } from "./menu.js";
import { showSquare } from "./square.js";

/** Bring the reader to what is wrong with a form. */
function focusSummary() {
  document.querySelector(REAL_SUMMARY)?.focus();
}

/** Buttons that print are hidden until somebody can hear them. */
function offerPrinting() {
  for (const button of document.querySelectorAll("button[data-print][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

keepDrafts();
closeMenus();
offerPrinting();
showSquare();
focusSummary();
