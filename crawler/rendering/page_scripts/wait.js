// Waits for an element.
async function waitFor({ selector, cap_ms }) {
  const end = performance.now() + cap_ms;
  for (;;) {
    if (select(selector, treesOf(document).trees).length > 0) return true;
    if (performance.now() >= end) return false;
    await pause(50);
  }
}
