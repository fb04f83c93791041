// What every page does: the choice between light and dark, remembered in a cookie so that the server's first
// byte already has it and nothing flashes.

const YEAR = 31_536_000; // seconds

const themes = document.querySelector("#themes");
themes.hidden = false;
themes.addEventListener("change", ({ target }) => {
  if (target.value) document.documentElement.dataset.theme = target.value;
  else delete document.documentElement.dataset.theme;
  document.querySelector("meta[name=color-scheme]").content = target.value || "light dark";
  document.cookie = `theme=${target.value}; path=/; max-age=${target.value ? YEAR : 0}; samesite=lax`;
});
