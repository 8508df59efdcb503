/** What the pages gain from JavaScript. Everything works without it. */
import { REAL_SUMMARY, keepDrafts } from "./drafts.js";
import { closeMenus } from "./menu.js";

/** Bring the reader to what is wrong with a form. */
function focusSummary(root) {
  root.querySelector(REAL_SUMMARY)?.focus();
}

/** Buttons that print are hidden until somebody can hear them. */
function offerPrinting(root) {
  for (const button of root.querySelectorAll("button[data-print][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

function enhance(root) {
  offerPrinting(root);
  focusSummary(root);
}

keepDrafts();
closeMenus();
enhance(document);
document.addEventListener("htmx:load", (event) => enhance(event.target));
