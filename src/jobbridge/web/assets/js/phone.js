// Opens the visit form of a household as a sheet. Without script the button is a link to the
// same form on its own page, and saving is an ordinary form post in both cases.

const sheet = document.getElementById("sheet");

async function open(link) {
  const answer = await fetch(link.href, { headers: { "HX-Request": "true", "HX-Target": "sheet" } });
  if (!answer.ok) {
    location.href = link.href;
    return;
  }
  sheet.innerHTML = await answer.text();
  sheet.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-visit]");
  if (link && sheet) {
    event.preventDefault();
    open(link).catch(() => (location.href = link.href));
  }
  if (event.target === sheet || event.target.closest("[data-close]")) {
    if (sheet?.open) {
      event.preventDefault();
      sheet.close();
    }
  }
});

// One visit is one record, however often the button is pressed.
document.addEventListener("submit", (event) => {
  const button = event.target.querySelector(".save");
  if (!button) return;
  if (button.disabled) event.preventDefault();
  else setTimeout(() => (button.disabled = true));
});
