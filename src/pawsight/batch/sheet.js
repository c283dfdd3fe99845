const boxes = [...document.querySelectorAll("input[type=checkbox]")];
const line = document.getElementById("line");
const numbers = () => boxes.filter((box) => box.checked).map((box) => box.value).join(" ");

function show() {
  document.getElementById("count").textContent = boxes.filter((box) => box.checked).length;
  line.textContent = `${line.dataset.line}'${numbers()}'`;
}

function columns() {
  const top = (box) => box.closest("li").offsetTop;
  const next = boxes.findIndex((box) => top(box) !== top(boxes[0]));
  return next > 0 ? next : boxes.length || 1;
}

document.addEventListener("change", show);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns(), ArrowUp: -columns() };
  const place = boxes.indexOf(document.activeElement);
  if (event.key in steps && boxes.length) {
    event.preventDefault();
    const next = place < 0 ? 0 : Math.min(boxes.length - 1, Math.max(0, place + steps[event.key]));
    boxes[next].focus();
    boxes[next].closest("li").scrollIntoView({ block: "nearest" });
  } else if (event.key.toLowerCase() === "x" && place >= 0) {
    boxes[place].checked = !boxes[place].checked;
    show();
  }
});

const copy = document.getElementById("copy");
copy.addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText(line.textContent);
    copy.textContent = copy.dataset.copied;
  } catch {
    getSelection().selectAllChildren(line);  // without a clipboard: selected, to copy by hand
  }
});

const done = document.getElementById("done");
done.hidden = location.protocol === "file:";
done.addEventListener("click", async () => {
  const answer = await fetch("marks", { method: "POST", body: numbers() });
  const hint = document.getElementById("hint");
  hint.textContent = answer.ok ? hint.dataset.thanks : hint.dataset.notSent;
  done.disabled = answer.ok;
});
show();
