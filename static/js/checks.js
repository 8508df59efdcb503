// A remark of the checks leads to its field or block in the editor, which Wagtail marks with data-contentpath.
const INPUTS = "input:not([type=hidden]), textarea, select, [contenteditable=true]";

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-lead-to]");
  if (!link) return;
  const parts = link.dataset.leadTo.split(".");
  const place = document.querySelector(parts.map((part) => `[data-contentpath="${CSS.escape(part)}"]`).join(" "));
  if (!place) return;
  event.preventDefault();
  const shown = [...place.querySelectorAll(INPUTS)].find((input) => input.checkVisibility());
  (shown ?? place).scrollIntoView({ block: "center" });
  shown?.focus({ preventScroll: true });
});
