/** Says so when a passkey was refused or put away; allauth's scripts do the asking. */
document.addEventListener("allauth.error", (event) => {
  const said = document.querySelector("[data-passkey-problem]");
  if (!said) return;
  event.preventDefault();
  said.hidden = false;
});
