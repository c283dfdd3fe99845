// Files that are pasted, or dropped anywhere on the page.

/**
 * @param {HTMLElement} form shown as their place while something is dragged over the page
 * @param {(files: FileList) => void} take
 * @param {(transfer: DataTransfer) => void} [takeDropped] where what is dropped needs more than its files
 */
export function listenAnywhere(form, take, takeDropped = ({ files }) => take(files)) {
  const over = (is) => form.classList.toggle("over", is);
  document.addEventListener("paste", (event) => take(event.clipboardData.files));
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  document.addEventListener("dragleave", (event) => { if (event.relatedTarget === null) over(false); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    takeDropped(event.dataTransfer);
  });
}
