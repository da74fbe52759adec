// Titles settled by keys: 1 to 5 choose, 9 says that it names no trade, 0 searches, S skips, U takes back.
// Every key presses a button or link that is on the page.

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (/INPUT|SELECT|TEXTAREA/.test(event.target.tagName)) {
    if (event.key === "Escape") document.getElementById("title-head")?.focus();
    return;
  }
  const key = event.key.toLowerCase();
  const field = document.querySelector(`[data-focus="${CSS.escape(key)}"]`);
  const target = field || document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return;
  event.preventDefault();
  if (!field) return target.click();
  field.focus();
  field.select();
});

// The next title has replaced the one whose button had the focus.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "list") document.getElementById("title-head")?.focus({ preventScroll: true });
});
