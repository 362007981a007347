// The chosen theme is put on the page before anything is painted.
try {
  const theme = localStorage.getItem("throng.theme");
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // Storage may be barred; the system's theme holds then.
}
