// The desk's few behaviours. Everything here only makes a page that already works by links and
// forms quicker: without script the same addresses answer with whole pages.

const drawer = document.getElementById("drawer");
const LARGE = "jobbridge-large-type";
const COMPACT = "jobbridge-compact-rows";

// Settings of this browser: type size and row height.
for (const [key, name] of [[LARGE, "large"], [COMPACT, "compact"]]) {
  if (localStorage.getItem(key)) document.documentElement.classList.add(name);
}
function toggleSetting(key, name) {
  const on = document.documentElement.classList.toggle(name);
  if (on) localStorage.setItem(key, "1");
  else localStorage.removeItem(key);
  showSettings();
}
function showSettings() {
  for (const button of document.querySelectorAll("[data-toggle]")) {
    button.setAttribute("aria-pressed", document.documentElement.classList.contains(button.dataset.toggle));
  }
}

// On a phone the rows of tabs are longer than the screen: begin where one is.
for (const here of document.querySelectorAll(".side [aria-current], .subnav [aria-current]")) {
  here.scrollIntoView({ block: "nearest", inline: "center" });
}

document.addEventListener("click", (event) => {
  const target = event.target;
  if (target === drawer || target.closest("[data-close]")) drawer?.close();
  const toggle = target.closest("[data-toggle]");
  if (toggle) toggleSetting(toggle.dataset.toggle === "large" ? LARGE : COMPACT, toggle.dataset.toggle);
});

// While a Chinese input method is composing, the box holds half a word: searching for it would
// also replace the box under the writer's hands.
const isSearchBox = (element) => element.matches(".field-find input");
document.addEventListener("input", (event) => {
  if (event.isComposing && isSearchBox(event.target)) event.stopImmediatePropagation();
}, true);
document.addEventListener("compositionend", (event) => {
  if (isSearchBox(event.target)) event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

// The language switch comes back to the list as it is filtered now, not as it was when the page was loaded.
document.addEventListener("submit", (event) => {
  if (event.target.matches(".language")) event.target.elements.next.value = location.pathname + location.search;
});

// A household's file arrives in the drawer.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "drawer-content" && !drawer.open) drawer.showModal();
  showSettings();
});

// A refusal comes back as a sentence, never as silence.
document.addEventListener("htmx:responseError", (event) => announce(event.detail.xhr.status));
document.addEventListener("htmx:sendError", () => announce(0));
function announce(status) {
  const box = document.getElementById("trouble");
  if (!box) return;
  box.querySelector("[data-trouble]").textContent = box.dataset[`status${status}`] || box.dataset.other;
  box.hidden = false;
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || /INPUT|SELECT|TEXTAREA/.test(document.activeElement.tagName)) return;
  const search = document.querySelector(".search input");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});

showSettings();
