// The review desk: one pair at a time, decided by a key. The word is sent while the next pair is already there; what
// could not be delivered comes back with the reason. Without script the pairs are a list of ordinary forms.

const desk = document.getElementById("review");
const deck = document.getElementById("deck");
const help = document.getElementById("keys");
const LOW = 8; // fewer fresh pairs than this: fetch more
const TRIES = 3;
const PAUSE = 600; // ms before the second try, twice that before the third
const SETTLE = 300; // ms a new card must have been there: the second press of a double one was meant for the last
const PACE_AFTER = 5; // decisions before a pace is worth showing

const past = []; // what can be taken back, the last at the end
const underway = new Map(); // pair -> promise of everything sent about it, in order
const gone = new Set(); // pairs off the desk: an answer that was on its way may still have them
let fetching = null;
let exhausted = false;
let done = 0;
let startedAt = 0;
let shownAt = 0;

const cards = () => [...deck.children];
const current = () => deck.querySelector("[data-current]");
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

function say(text, trouble = false) {
  const line = desk.querySelector("[data-said]");
  line.textContent = text;
  line.classList.toggle("review-trouble", trouble);
  desk.querySelector("[data-take-back]").hidden = !past.length;
}

// What was said about the last card does not stay beside the next: whoever shows one speaks afterwards.
function show(card) {
  const before = current();
  if (card !== before) {
    shownAt = performance.now();
    say("");
  }
  before?.removeAttribute("data-current");
  desk.querySelector(".review-empty").hidden = Boolean(card);
  if (!card) return;
  card.dataset.current = "";
  card.focus({ preventScroll: true });
}

function count(step) {
  done = Math.max(0, done + step);
  startedAt ||= performance.now();
  desk.querySelector("[data-done]").textContent = done;
  const hours = (performance.now() - startedAt) / 3_600_000;
  if (done >= PACE_AFTER) desk.querySelector("[data-pace]").textContent = Math.round(done / hours);
  const waiting = document.querySelector("[data-waiting]");
  const left = Number(waiting.textContent.replace(/,/g, "")) - step;
  waiting.textContent = Math.max(0, left).toLocaleString("en");
}

// Fetch the cards behind those that are here, or still on their way to the server.
function more() {
  const fresh = cards().filter((card) => !("skipped" in card.dataset));
  if (fetching || exhausted || fresh.length >= LOW) return fetching;
  const have = [...cards().map((card) => card.dataset.pair), ...underway.keys()];
  const query = new URLSearchParams({ have: have.join(","), source: desk.dataset.source });
  fetching = fetch(`${desk.dataset.next}?${query}`)
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
    .then((html) => {
      const box = document.createElement("template");
      box.innerHTML = html;
      const here = new Set(cards().map((card) => card.dataset.pair));
      const found = [...box.content.children].filter(({ dataset }) => !here.has(dataset.pair) && !gone.has(dataset.pair));
      exhausted = box.content.childElementCount === 0;
      const skipped = deck.querySelector("[data-skipped]");
      for (const card of found) deck.insertBefore(card, skipped);
    })
    .catch(() => {}) // asked again below, or by the next decision
    .finally(() => {
      fetching = null;
      if (!deck.firstElementChild && !exhausted) setTimeout(more, PAUSE);
      // Whoever was quicker than the server looks at nothing, or at a pair already skipped.
      const first = cards().find((card) => !("skipped" in card.dataset));
      if (!current() || ("skipped" in current().dataset && first)) show(first || cards()[0]);
    });
  return fetching;
}

// Deliver one form; a lost connection or a server that restarts is tried again.
async function send(url, values) {
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await fetch(url, {
        method: "POST",
        body: new URLSearchParams(values),
        headers: { Accept: "application/json", "X-CSRFToken": token },
        redirect: "error",
      });
      if (answer.status < 500) return answer;
    } catch {
      // like an answer of 5xx
    }
    if (attempt === TRIES) return null;
    await new Promise((ready) => setTimeout(ready, PAUSE * attempt));
  }
}

// Everything about one pair goes out in the order in which it was done.
function queue(pair, work) {
  const turn = (underway.get(pair) || Promise.resolve()).then(work);
  underway.set(pair, turn);
  turn.finally(() => {
    if (underway.get(pair) === turn) underway.delete(pair);
  });
}

async function reason(answer) {
  if (!answer) return desk.dataset.lost;
  if (answer.status === 404) return desk.dataset.gone;
  const told = await answer.json().catch(() => ({}));
  return told.reason || `${desk.dataset.refused}${answer.status}`;
}

// Take the card off the desk and send what was done with it.
function put(card, what, url, values) {
  const following = card.nextElementSibling || card.previousElementSibling;
  card.remove();
  gone.add(card.dataset.pair);
  delete card.dataset.current;
  delete card.dataset.skipped;
  const step = { card, what, held: true };
  past.push(step);
  if (what === "decide") count(1);
  show(following);
  queue(card.dataset.pair, async () => {
    const answer = await send(url, values);
    if (answer?.status === 204) return;
    step.held = false;
    const at = past.indexOf(step);
    if (at >= 0) {
      past.splice(at, 1);
      if (what === "decide") count(-1);
    }
    const text = await reason(answer);
    // Decided by another, or gone: it does not come back. Everything else does, with the reason on it.
    if (answer && [404, 409].includes(answer.status)) {
      if (card === current()) show(card.nextElementSibling || card.previousElementSibling);
      card.remove();
    } else {
      mark(card, text);
      gone.delete(card.dataset.pair);
      if (!card.isConnected) deck.insertBefore(card, current());
      show(card);
    }
    say(text, true);
  });
  more();
}

function mark(card, text) {
  let note = card.querySelector(".pair-trouble");
  if (!note) {
    note = document.createElement("p");
    note.className = "pair-trouble";
    card.prepend(note);
  }
  note.textContent = text;
}

const tooSoon = () => performance.now() - shownAt < SETTLE;

function decide(card, person) {
  if (tooSoon()) return;
  const form = card.querySelector("form");
  const button = [...form.querySelectorAll("[data-key]")].find(({ value }) => value === person);
  put(card, "decide", form.action, { person });
  say(button?.dataset.noted || desk.dataset.noted); // the village may have named one who is not shown
}

function ask(card, button) {
  if (!button || tooSoon()) return;
  put(card, "ask", button.formAction, { person: button.value });
  say(desk.dataset.asked);
}

function skip(card) {
  const following = card.nextElementSibling;
  card.dataset.skipped = "";
  past.push({ card, what: "skip" });
  if (following) deck.append(card);
  show(following || deck.firstElementChild);
  more();
}

function undo() {
  const step = past.pop();
  if (!step) return say(desk.dataset.nothing);
  const { card, what } = step;
  gone.delete(card.dataset.pair);
  delete card.dataset.skipped;
  deck.insertBefore(card, what === "skip" && current() === card ? card.nextElementSibling : current());
  show(card);
  say(desk.dataset.undone);
  if (what === "skip") return;
  if (what === "decide") count(-1);
  const form = card.querySelector("form");
  queue(card.dataset.pair, async () => {
    if (!step.held) return; // it never arrived: nothing to take back
    const answer = await send(form.dataset.undo, { what });
    if (answer?.status === 204) return;
    const text = await reason(answer);
    say(text, true);
    mark(card, text);
  });
}

function move(card, step) {
  const target = step > 0 ? card.nextElementSibling : card.previousElementSibling;
  if (target) show(target);
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || help.open) return;
  const at = document.activeElement;
  if (/INPUT|SELECT|TEXTAREA/.test(at.tagName)) return;
  if ((event.key === " " || event.key === "Enter") && at.closest("button, a, summary")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === "?") help.showModal();
  else if (event.repeat) return; // a key held down decides nothing
  else if (key === "u" || key === "z") undo();
  else if (!onCard(key, current())) return;
  event.preventDefault();
}

function onCard(key, card) {
  if (!card) return false;
  const form = card.querySelector("form");
  if (key === "0" || key === "n") decide(card, "");
  else if (/^[1-9]$/.test(key)) {
    const button = form.querySelector(`[data-key="${key}"]`);
    if (button) decide(card, button.value);
    else say(desk.dataset.noKey, true);
  } else if (key === "Enter" && "reply" in form.dataset) decide(card, form.dataset.reply);
  else if (key === "s" || key === " ") skip(card);
  else if (key === "b") ask(card, form.querySelector("[data-ask]"));
  else if (key === "j" || key === "ArrowDown" || key === "ArrowRight") move(card, 1);
  else if (key === "k" || key === "ArrowUp" || key === "ArrowLeft") move(card, -1);
  else if (key === "l") card.querySelector("details").toggleAttribute("open");
  else return false;
  return true;
}

if (desk) {
  desk.classList.add("review-live");
  show(deck.firstElementChild);
  more();
  document.addEventListener("keydown", press);
  deck.addEventListener("submit", (event) => {
    const card = event.target.closest("[data-pair]");
    const button = event.submitter;
    if (!card || !button?.matches("[data-key], [data-ask]")) return;
    event.preventDefault();
    show(card);
    if ("ask" in button.dataset) ask(card, button);
    else decide(card, button.value);
  });
  desk.querySelector("[data-take-back]").addEventListener("click", undo);
  desk.querySelector("[data-help]").addEventListener("click", () => help.showModal());
  // A word still on its way is not lost by closing the window without a question.
  addEventListener("beforeunload", (event) => underway.size && event.preventDefault());
}

for (const choice of document.querySelectorAll("[data-submit]")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}
