/**
 * Words that are not sent yet stay on this device: textarea[data-draft="<key>"]. What is said about that stands on body
 * (data-draft-kept, data-draft-back), or on an area that is never sent.
 *
 * A draft belongs to one person (body[data-draft-owner]); those of anybody else are thrown away, and signing out
 * (form[data-forget-drafts]) throws away all. A sent draft is forgotten on the next page, unless that page says that
 * the form did not arrive: an error summary, a page that holds drafts (body[data-draft-hold]), a step back, the door.
 */
/** What is wrong with a form; not the samples of the pattern page. */
export const REAL_SUMMARY = '[data-testid="error-summary"]:not([data-sample] *)';

const PREFIX = "vouch:draft:";
const SENT = "vouch:sent";
const DAYS_KEPT = 30;
const DAY = 24 * 60 * 60 * 1000;

const owner = () => document.body.dataset.draftOwner;
const nameOf = (key) => `${PREFIX}${owner()}:${key}`;

/** Storage may be full, shut or absent; a draft is a kindness and must never break a page. */
function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function draftNames() {
  return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
}

function read(name) {
  const text = localStorage.getItem(name);
  return text === null ? null : attempt(() => JSON.parse(text));
}

/** Drafts of other people, and those nobody came back for. */
function tidy() {
  for (const name of draftNames()) {
    const draft = read(name);
    const stale = !draft || Date.now() - draft.at > DAYS_KEPT * DAY;
    if (stale || !name.startsWith(`${PREFIX}${owner()}:`)) localStorage.removeItem(name);
  }
}

/** Forget what was sent, once the page that answers shows that it arrived. */
function settle() {
  const sent = JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
  sessionStorage.removeItem(SENT);
  const [navigation] = performance.getEntriesByType("navigation");
  const failed =
    "draftHold" in document.body.dataset ||
    navigation?.type === "back_forward" ||
    document.querySelector(REAL_SUMMARY);
  if (!failed) for (const name of sent) localStorage.removeItem(name);
}

function say(area, sentence) {
  let note = area.parentElement.querySelector(".draft-kept");
  if (!note) {
    note = document.createElement("p");
    note.className = "hint draft-kept";
    note.setAttribute("role", "status");
    area.after(note);
  }
  if (note.textContent !== sentence) note.textContent = sentence;
}

function restore() {
  for (const area of document.querySelectorAll("textarea[data-draft]")) {
    const draft = read(nameOf(area.dataset.draft));
    if (!draft?.text || area.value.trim() !== "" || draft.text === area.value) continue;
    area.value = draft.text;
    area.dispatchEvent(new Event("change", { bubbles: true }));
    say(area, area.dataset.draftBack ?? document.body.dataset.draftBack);
  }
}

function keep(area) {
  const name = nameOf(area.dataset.draft);
  if (area.value.trim() === "") {
    localStorage.removeItem(name);
    say(area, "");
    return;
  }
  localStorage.setItem(name, JSON.stringify({ text: area.value, at: Date.now() }));
  say(area, area.dataset.draftKept ?? document.body.dataset.draftKept);
}

function noteSent(form) {
  const names = [...form.querySelectorAll("textarea[data-draft]")].map((area) => nameOf(area.dataset.draft));
  if (names.length) sessionStorage.setItem(SENT, JSON.stringify(names));
}

function forgetAll() {
  sessionStorage.removeItem(SENT);
  for (const name of draftNames()) localStorage.removeItem(name);
}

export function keepDrafts() {
  document.addEventListener("submit", (event) => {
    attempt(() => (event.target.matches("[data-forget-drafts]") ? forgetAll() : owner() && noteSent(event.target)));
  });
  if (!owner()) {
    attempt(() => sessionStorage.removeItem(SENT));
    return;
  }
  attempt(settle);
  attempt(tidy);
  attempt(restore);

  const waiting = new WeakMap();
  document.addEventListener("input", (event) => {
    const area = event.target;
    if (!area.matches("textarea[data-draft]")) return;
    clearTimeout(waiting.get(area));
    waiting.set(area, setTimeout(() => attempt(() => keep(area)), 400));
  });
}
