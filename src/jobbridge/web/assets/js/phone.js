// Opens a household's visit form, or its number, as a sheet over the list. Without script each is
// a page of its own, and saving is an ordinary form post in both cases.

const sheet = document.getElementById("sheet");
const asFragment = { "HX-Request": "true", "HX-Target": "sheet" };

async function show(address, options, otherwise) {
  try {
    const answer = await fetch(address, options);
    if (!answer.ok) throw new Error(String(answer.status));
    sheet.innerHTML = await answer.text();
    sheet.showModal();
  } catch {
    otherwise();
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-visit]");
  if (link) {
    event.preventDefault();
    show(link.href, { headers: asFragment }, () => location.assign(link.href));
  } else if (sheet.open && (event.target === sheet || event.target.closest("[data-close]"))) {
    event.preventDefault();
    sheet.close();
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-sheet-form]")) {
    event.preventDefault();
    const options = { method: "POST", body: new FormData(form), headers: asFragment };
    show(form.action, options, () => form.submit());
    return;
  }
  // One visit is one record, however often the button is pressed.
  const button = form.querySelector("button.save");
  if (button) setTimeout(() => (button.disabled = true));
});
